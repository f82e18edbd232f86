import type { ImportProgress } from '../../engine/engine.js'
import { EngineError } from '../../engine/errors.js'
import { FORMATS, formatOf, type Format, type Mapping } from '../../models/imports.js'
import { progress } from '../progress.js'
import { painter, table } from '../terminal.js'
import { print, tell, withEngine } from './open.js'

/** Opening the engine brings every store up to date; this command only says so. */
export async function migrate (): Promise<void> {
  await withEngine(async (engine) => {
    const { stores } = await engine.status()
    print(`The schema is up to date (${Object.keys(stores).join(', ')}).`)
  })
}

export async function seed (): Promise<void> {
  await withEngine(async (engine) => {
    const bar = progress(process.stderr)
    const { members, brands, facts, created, seconds } = await engine.seed(engine.config.tenantId, (at) => { bar.update(at.phase, at.done, at.total) })
    bar.stop()
    print(`The demo world is loaded: ${members} members, ${brands} brands, ${facts} facts, of which ${created} are new (${seconds.toFixed(1)} s).`)
  })
}

interface ImportOptions { format?: Format, map?: string[], about?: string, rejected?: string, onError: 'continue' | 'abort' }

/** `columns.from=subject`, `labels.Person=Member`, `relations.knows=PARTNERED_WITH`; what they are mapped to is checked when the file is read. */
function mappingOf (given: string[]): Mapping {
  const mapping = { columns: {}, labels: {}, relations: {} }
  for (const text of given) {
    const [, kind, from, to] = /^(columns|labels|relations)\.(.+)=(.*)$/.exec(text) ?? []
    if (kind === undefined) throw new EngineError('invalid_argument', `--map "${text}" is none; write columns.from=subject, labels.Person=Member or relations.knows=PARTNERED_WITH.`)
    Object.defineProperty(mapping[kind as keyof Mapping], from!, { value: to, enumerable: true }) // a name such as __proto__ is one like others
  }
  return mapping
}

export async function importCommand (path: string, options: ImportOptions): Promise<void> {
  const format = options.format ?? formatOf(path)
  if (format === null) throw new EngineError('invalid_argument', `The name "${path}" does not tell its format; say --format ${FORMATS.join('|')}.`)
  const stop = new AbortController()
  process.once('SIGINT', () => { stop.abort(new Error('Stopped; what was read is kept, and the same command goes on from there.')) })

  await withEngine(async (engine) => {
    const bar = progress(process.stderr)
    const onProgress = ({ bytes, totalBytes, read }: ImportProgress) => { bar.update('import', bytes, totalBytes, `${read} facts`) }
    const { about, onError, rejected: rejectedTo } = options
    const mapping = mappingOf(options.map ?? [])
    const asked = { path, format, mapping, about, trusted: true, onError, rejectedTo, signal: stop.signal, onProgress }
    const report = await engine.importFile(engine.config.tenantId, asked).finally(bar.stop)

    const { errors, ...counts } = report
    const paint = painter(process.stderr)
    for (const { line, code, message, hint } of errors) tell(`${paint.red(`line ${line}`)} ${code}: ${message} ${paint.dim(hint)}`)
    print(table([{ ...counts, seconds: counts.seconds.toFixed(1) }]))
    if (report.rejected > 0) process.exitCode = 1
  })
}

export async function listImports (): Promise<void> {
  await withEngine(async (engine) => {
    const rows = await engine.imports(engine.config.tenantId)
    print(rows.length === 0 ? 'Nothing has been imported.' : table(rows.map((row) => ({ ...row }))))
  })
}

export async function undoCommand (importId: string): Promise<void> {
  await withEngine(async (engine) => {
    const { removed, kept } = await engine.undoImport(engine.config.tenantId, importId)
    print(`What ${importId} said is taken back: ${removed} facts are gone, ${kept} stay as others say them.`)
  })
}
