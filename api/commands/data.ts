import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { loadConfig } from '../../engine/config.js'
import type { ImportProgress, ImportReport } from '../../engine/engine.js'
import { EngineError } from '../../engine/errors.js'
import { FORMATS, formatOf, type ExportFormat, type Format } from '../../models/imports.js'
import { progress } from '../progress.js'
import { painter, table } from '../terminal.js'
import { print, tell, withEngine } from './open.js'
import { checkUnused } from './stores.js'

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

interface ImportOptions { format?: Format, rejected?: string, onError: 'continue' | 'abort', offline?: boolean }

export async function importCommand (paths: string[], options: ImportOptions): Promise<void> {
  if (options.offline) return await offlineCommand(paths, options)
  const [path, ...more] = paths as [string, ...string[]]
  if (more.length > 0) throw new EngineError('invalid_argument', 'Files are imported one by one; several at once go with --offline.')
  const format = formatFor(path, options)
  const stop = new AbortController()
  process.once('SIGINT', () => { stop.abort(new Error('Stopped; what was read is kept, and the same command goes on from there.')) })

  await withEngine(async (engine) => {
    const bar = progress(process.stderr)
    const onProgress = ({ bytes, totalBytes, read }: ImportProgress) => { bar.update('import', bytes, totalBytes, `${read} facts`) }
    const { onError, rejected: rejectedTo } = options
    const asked = { path, format, onError, rejectedTo, signal: stop.signal, onProgress }
    report([await engine.importFile(engine.config.tenantId, asked).finally(bar.stop)])
  })
}

/** Stops the managed Neo4j for the time of the load, so no server may use it. */
async function offlineCommand (paths: string[], options: ImportOptions): Promise<void> {
  const config = loadConfig()
  await checkUnused(config)
  const { onError, rejected } = options
  const requests = paths.map((path, i) => ({ path, format: formatFor(path, options), onError, rejectedTo: rejected && (i === 0 ? rejected : `${rejected}.${i + 1}`) }))
  const { importOffline } = await import('../../engine/offline.js')
  report(await importOffline(config, config.tenantId, requests, tell))
}

function formatFor (path: string, options: ImportOptions): Format {
  const format = options.format ?? formatOf(path)
  if (format === null) throw new EngineError('invalid_argument', `The name "${path}" does not tell its format; say --format ${FORMATS.join('|')}.`)
  return format
}

function report (reports: ImportReport[]): void {
  const paint = painter(process.stderr)
  for (const { line, code, message, hint } of reports.flatMap(({ errors }) => errors)) tell(`${paint.red(`line ${line}`)} ${code}: ${message} ${paint.dim(hint)}`)
  print(table(reports.map(({ errors, ...counts }) => ({ ...counts, seconds: counts.seconds.toFixed(1) }))))
  if (reports.some(({ rejected }) => rejected > 0)) process.exitCode = 1
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

/** A file appears under its name when it is whole. */
export async function exportCommand (path: string | undefined, { format }: { format: ExportFormat }): Promise<void> {
  await withEngine(async (engine) => {
    const lines = Readable.from(inPieces(engine.exportTenant(engine.config.tenantId, format)))
    if (path === undefined) return await pipeline(lines, process.stdout, { end: false })
    const part = `${path}.part`
    try {
      await (path.endsWith('.gz') ? pipeline(lines, createGzip(), createWriteStream(part)) : pipeline(lines, createWriteStream(part)))
      await rename(part, path)
    } finally {
      await rm(part, { force: true })
    }
  })
}

/** Lines are short, and each write costs. */
async function * inPieces (lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = ''
  for await (const line of lines) {
    piece += line
    if (piece.length < 65_536) continue
    yield piece
    piece = ''
  }
  yield piece
}

export async function hashCommand (): Promise<void> {
  await withEngine(async (engine) => { print(await engine.graphHash(engine.config.tenantId)) })
}
