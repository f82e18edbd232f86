import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { loadConfig } from '../../engine/config.js'
import type { Diff, Engine, ImportProgress, ImportReport } from '../../engine/engine.js'
import { EngineError } from '../../engine/errors.js'
import { FORMATS, formatOf, type ExportFormat, type Format, type Mapping, type Mode } from '../../models/imports.js'
import { paces, progress } from '../progress.js'
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

interface ImportOptions {
  format?: Format, map?: string[], about?: string, rejected?: string, onError: 'continue' | 'abort', mode: Mode, dryRun?: boolean, offline?: boolean
}

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

/** Imports files one after the other; `-` is standard input. */
export async function importCommand (paths: string[], options: ImportOptions): Promise<void> {
  if (options.rejected !== undefined && paths.length > 1) throw new EngineError('invalid_argument', '--rejected is for the rows of one file; import the files one by one.')
  const formats = paths.map((path) => formatFor(path, options))
  if (options.offline) return await offlineCommand(paths, formats, options)
  const mapping = mappingOf(options.map ?? [])
  const stop = new AbortController()
  process.once('SIGINT', () => { stop.abort(new Error('Stopped; what was read is kept, and the same command goes on from there.')) })

  await withEngine(async (engine) => {
    for (const [i, path] of paths.entries()) {
      const file = path === '-' ? await spooled(engine.config.dataDir, stop.signal) : path
      try {
        const name = path === '-' ? 'stdin' : basename(path)
        await importOne(engine, { ...options, path: file, name, format: formats[i]!, mapping, signal: stop.signal })
      } finally {
        if (path === '-') await rm(file, { force: true })
      }
    }
  })
}

function differences ({ nodes, facts, rejectedBy }: Diff): string {
  const rejected = Object.entries(rejectedBy).map(([code, rows]) => `${rows} ${code}`).join(', ') || 'none'
  return `Nodes: ${nodes.new} new, ${nodes.changed} changed. Facts: ${facts.new} new, ${facts.changed} changed, ${facts.merged} merged. Refused rows: ${rejected}.`
}

interface One extends ImportOptions { path: string, name: string, format: Format, mapping: Mapping, signal: AbortSignal }

async function importOne (engine: Engine, { rejected: rejectedTo, ...one }: One): Promise<void> {
  const bar = progress(process.stderr)
  const pace = paces()
  const onProgress = (at: ImportProgress) => { bar.update(`import ${one.name}`, at.bytes, at.totalBytes, pace(at)) }
  const done = await engine.importFile(engine.config.tenantId, { ...one, trusted: true, rejectedTo, onProgress }).finally(bar.stop)
  report([done])
  if (done.diff !== undefined) print(`Nothing was written. ${differences(done.diff)}`)
}

/** Stops the managed Neo4j for the time of the load, so no server may use it. */
async function offlineCommand (paths: string[], formats: Format[], options: ImportOptions): Promise<void> {
  const { onError, rejected: rejectedTo, mode, dryRun, map = [], about } = options
  if (dryRun || mode === 'create' || paths.includes('-')) {
    throw new EngineError('invalid_argument', '--offline loads files into an empty store: there is nothing to compare with, and standard input is no file.')
  }
  const config = loadConfig()
  await checkUnused(config)
  const requests = paths.map((path, i) => ({ path, format: formats[i]!, mapping: mappingOf(map), about, trusted: true, onError, rejectedTo }))
  const { importOffline } = await import('../../engine/offline.js')
  report(await importOffline(config, config.tenantId, requests, tell))
}

function formatFor (path: string, options: ImportOptions): Format {
  const format = options.format ?? formatOf(path)
  if (format !== null) return format
  throw new EngineError('invalid_argument', `${path === '-' ? 'Standard input' : `The name "${path}"`} does not tell its format; say --format ${FORMATS.join('|')}.`)
}

function report (reports: ImportReport[]): void {
  const paint = painter(process.stderr)
  for (const { line, code, message, hint } of reports.flatMap(({ errors }) => errors)) tell(`${paint.red(`line ${line}`)} ${code}: ${message} ${paint.dim(hint)}`)
  const ignored = reports.flatMap((one) => one.ignored)
  if (ignored.length > 0) tell(paint.dim(`These columns mean nothing here: ${ignored.join(', ')}.`))
  print(table(reports.map(({ errors, rejectedBy, ignored, diff, ...counts }) => ({ ...counts, seconds: counts.seconds.toFixed(1) }))))
  if (reports.some(({ rejected }) => rejected > 0)) process.exitCode = 1
}

/** Standard input as a file, since an import is known by its content before its first row is read, and may be gone on with. */
async function spooled (dataDir: string, signal: AbortSignal): Promise<string> {
  const path = join(dataDir, `stdin-${randomUUID()}`)
  try {
    await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }), { signal })
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  return path
}

export async function listImports (): Promise<void> {
  await withEngine(async (engine) => {
    const rows = await engine.imports(engine.config.tenantId)
    print(rows.length === 0 ? 'Nothing has been imported.' : table(rows.map(({ format, lines, bytes, totalBytes, error, ...row }) => ({ ...row, error }))))
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
