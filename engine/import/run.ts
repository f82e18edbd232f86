import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Format, ImportCounts, ImportState, Mapping, Mode, RowError } from '../../models/imports.js'
import { EngineError } from '../errors.js'
import type { Difference } from '../graph/foresee.js'
import type { Graph } from '../graph/graph.js'
import { INGEST_MAX } from '../graph/ingest.js'
import { batches, type Batch, type Position } from './batches.js'
import { openText, partsOf } from './lines.js'
import { readers } from './readers.js'
import { refusals } from './refusals.js'
import type { Line } from './rows.js'
import { foreseeing, writing, type Progress, type Writer } from './write.js'

export interface ImportProgress extends ImportCounts { line: number, bytes: number, totalBytes: number }
/** `resumedAt`: the line up to which it was in before; `ignored`: columns that mean nothing here; `diff`: of a dry run. */
export interface ImportReport extends ImportCounts {
  importId: string, errors: RowError[], rejectedBy: Record<string, number>, ignored: string[], resumedAt: number, seconds: number, diff?: Diff
}
export interface ImportRequest {
  path: string
  format: Format
  /** What the file is called where it comes from. */
  name?: string
  mapping?: Mapping
  mode?: Mode
  /** Nothing is written; the report says what would be. */
  dryRun?: boolean
  onError?: 'continue' | 'abort'
  /** A file for the rows that are refused, in the form of the file they come from, to be mended and imported. */
  rejectedTo?: string
  /** A file for why, a `RowError` a line. */
  errorsTo?: string
  /** May speak with the voice of members, as what was exported does. */
  trusted?: boolean
  /** Whose words a text is. */
  about?: string
  /** Whoever runs it notes how it ended, but for success. */
  supervised?: boolean
  /** What the file is, where that has been worked out. */
  identity?: Identity
  /** Facts and descriptions in a transaction. */
  batch?: number
  onProgress?: (progress: ImportProgress) => void
  signal?: AbortSignal
}

/**
 * Reads a file into the graph, batch by batch; while one is written, the next is read. The mark of a batch, with the counts up to it, is
 * written in its own transaction: the same command goes on after any crash and ends with the counts of one that was never broken off, and a
 * file that is in already changes nothing. Counted are facts, descriptions of nodes, and refused rows.
 */
export async function importFile (graph: Graph, tenantId: string, request: ImportRequest): Promise<ImportReport> {
  const started = performance.now()
  const { importId, totalBytes } = request.identity ?? await identify(request)
  const before = request.dryRun ? NOTHING : await stateOf(graph, tenantId, importId)
  const file = { ...openText(request.path), totalBytes }
  const refused = refusals(request)
  const isWhole = before.state === 'succeeded' // then nothing is written, but what is there is told
  const writer = request.dryRun || isWhole ? foreseeing : writing
  const write = writer(graph, tenantId, request, { ...file, importId, at: before.at })
  const read: Read = { ignored: [], broken: null }
  const rows = watched(rowsOf(request, importId, file.text), read)
  const cut = batches(rows, { from: before, recount: isWhole, size: request.batch ?? INGEST_MAX, onRefused: refused.add, abort: request.onError === 'abort' })
  const progress: Progress = { at: before, counts: isWhole ? NONE : before.counts }
  try {
    for await (const batch of oneAhead(cut)) await take(batch, request, { write, progress, refused, file })
    if (read.broken !== null) throw unreadable(request, progress.at.lines, read.broken)
    await write.end(endOf(request, refused.errors), progress)
  } catch (error) {
    await write.end(endBy(request, error), progress, (error as Error).message).catch(() => {}) // the first error is told
    throw error
  } finally {
    await refused.close()
    file.text.destroy()
  }
  const { errors, byCode: rejectedBy } = refused
  const [resumedAt, seconds] = [before.lines, (performance.now() - started) / 1000]
  return { importId, ...progress.counts, errors, rejectedBy, ignored: read.ignored, resumedAt, seconds, ...diffOf(request, write, rejectedBy) }
}

/** What a dry run would have made. */
export type Diff = Difference & { rejectedBy: Record<string, number> }

function diffOf ({ dryRun = false }: ImportRequest, write: Writer, rejectedBy: Diff['rejectedBy']): { diff?: Diff } {
  const difference = dryRun ? write.difference() : undefined
  return difference === undefined ? {} : { diff: { ...difference, rejectedBy } }
}

export const rowsOf = ({ format, mapping = {}, trusted, about }: ImportRequest, importId: string, text: Readable) =>
  readers[format]({ text, source: `import:${importId}`, importId, mapping, trusted, about })

export interface Read { ignored: string[], broken: unknown }

/** Writes one batch and tells of it. */
async function take (batch: Batch, { signal, onProgress }: ImportRequest, { write, progress, refused, file }: Taking): Promise<void> {
  signal?.throwIfAborted()
  const { counts, exists, canceling } = await write.batch(batch, progress.counts)
  Object.assign(progress, { at: batch, counts })
  for (const row of exists) await refused.add(row)
  onProgress?.({ ...counts, line: batch.lines, bytes: file.bytesRead(), totalBytes: file.totalBytes })
  if (canceling) throw new DOMException('The import was canceled; what is in stays, and the same import goes on from there.', 'AbortError')
}

interface Taking { write: Writer, progress: Progress, refused: ReturnType<typeof refusals>, file: { bytesRead: () => number, totalBytes: number } }

/** An import that stops at a refused row is not done. */
const endOf = ({ onError }: ImportRequest, errors: RowError[]): ImportState => onError === 'abort' && errors.length > 0 ? 'failed' : 'succeeded'
const endBy = ({ signal }: ImportRequest, error: unknown): ImportState => signal?.aborted === true || (error as Error).name === 'AbortError' ? 'canceled' : 'failed'

interface State extends Position { state: ImportState | 'none', at: string, counts: ImportCounts }
const NONE: ImportCounts = { read: 0, created: 0, merged: 0, duplicate: 0, rejected: 0 }
const NOTHING: State = { state: 'none', lines: 0, within: 0, at: '', counts: NONE }

async function stateOf (graph: Graph, tenantId: string, importId: string): Promise<State> {
  return (await graph.read<State>('graph/import-state', { tenantId, importId }))[0] ?? NOTHING
}

/** The rows as far as the file gives them. */
export async function * watched (rows: AsyncIterable<Line>, read: Read): AsyncGenerator<Line> {
  try {
    for await (const row of rows) {
      if (row.ignored !== undefined) read.ignored.push(...row.ignored)
      yield row
    }
  } catch (error) {
    read.broken = error
  }
}

/** What comes next is made while the last is used. */
async function * oneAhead<T> (items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = items.next()
  try {
    for (let item = await next; !item.done; item = await next) {
      next = items.next()
      next.catch(() => {}) // awaited above
      yield item.value
    }
  } finally {
    await next.catch(() => {})
    await items.return(undefined)
  }
}

/** What the file cannot give is the caller's to mend: the error names it, and what is in. */
export function unreadable ({ path, name = path }: ImportRequest, line: number, cause: unknown): EngineError {
  const told = `"${name}" cannot be read: ${(cause as Error).message}. Lines up to ${line} are imported; mend the file and import it again.`
  return new EngineError('invalid_argument', told, [], { cause })
}

/** `totalBytes`: of the file. */
export interface Identity { importId: string, totalBytes: number }

/** The same content in the same format with the same mapping is the same import. */
export const importIdOf = async (request: Pick<ImportRequest, 'path' | 'format' | 'mapping'>): Promise<string> => (await identify(request)).importId

export async function identify ({ path, format, mapping = {} }: Pick<ImportRequest, 'path' | 'format' | 'mapping'>): Promise<Identity> {
  const hash = createHash('sha256')
  let totalBytes = 0
  for (const part of partsOf(path)) {
    const file = await stat(part).catch(() => null)
    if (file === null || !file.isFile()) throw new EngineError('not_found', `There is no file "${part}".`)
    await pipeline(createReadStream(part), hash, { end: false })
    totalBytes += file.size
  }
  const names = Object.entries(mapping).flatMap(([kind, given]) => Object.entries(given as object).map(([from, to]) => `${kind}.${from}=${to}`))
  if (names.length > 0) hash.update(names.sort().join('\n'))
  return { importId: `i${hash.digest('hex').slice(0, 12)}-${format}`, totalBytes }
}
