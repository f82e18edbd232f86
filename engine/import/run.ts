import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Format, ImportState, Mapping, Mode } from '../../models/imports.js'
import type { Fact } from '../../models/triple.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import { ingest, INGEST_MAX } from '../graph/ingest.js'
import { meant } from '../graph/link.js'
import { openText, readers, type Refused, type Rejection } from './rows.js'

export interface ImportCounts { read: number, created: number, merged: number, duplicate: number, rejected: number }
export interface ImportProgress extends ImportCounts { line: number, bytes: number, totalBytes: number }
export interface ImportReport extends ImportCounts { importId: string, errors: (Where & Rejection)[], resumedAt: number, seconds: number }
type Where = { line: number }
/**
 * `rejectedTo`: a file for the rows that are refused, in the form of the file they come from, to be mended and imported; `errorsTo`: one for
 * why, as JSON lines. `name`: what the file is called where it comes from.
 */
export interface ImportRequest {
  path: string,
  format: Format,
  name?: string,
  mapping?: Mapping,
  mode?: Mode,
  dryRun?: boolean,
  onError?: 'continue' | 'abort',
  rejectedTo?: string,
  errorsTo?: string
  onProgress?: (progress: ImportProgress) => void,
  signal?: AbortSignal
}

const BATCH = 5_000
const ERRORS_KEPT = 1_000

/**
 * Reads a file into the graph, batch by batch. The progress mark of a batch is written in its own transaction, so the same command
 * resumes after any crash, and a file that is in already changes nothing. The counts are of facts; a rejected line counts as one.
 */
export async function importFile (graph: Graph, tenantId: string, request: ImportRequest): Promise<ImportReport> {
  const { path, format, rejectedTo, errorsTo, onProgress, signal } = request
  const name = nameOf(request)
  const started = performance.now()
  const at = new Date().toISOString()
  const importId = await importIdOf(request)
  const totalBytes = (await stat(path)).size
  const resumedAt = await linesDone(graph, tenantId, importId)
  const counts: ImportCounts = { read: 0, created: 0, merged: 0, duplicate: 0, rejected: 0 }
  const batch: Fact[] = []
  let line = 0
  const { text, bytesRead } = openText(path)
  const refused = refusals(rejectedTo, errorsTo)

  const markOf = (lines: number, state: ImportState, error = '') => ({
    tenantId, importId, mark: { path: name, format, state, lines, ...counts, bytes: bytesRead(), totalBytes, at, error }
  })

  const flush = async () => {
    const lines = batch.length > INGEST_MAX ? line - 1 : line // a long line takes several transactions, and is done with the last
    const facts = await meant(graph, tenantId, batch.splice(0, INGEST_MAX))
    const { created, merged, duplicate } = await ingest(graph, tenantId, facts, [], {
      also: (run) => run('graph/import-mark', markOf(lines, 'running'))
    })
    counts.created += created
    counts.merged += merged
    counts.duplicate += duplicate
    onProgress?.({ ...counts, line, bytes: bytesRead(), totalBytes })
  }

  let broken: unknown = null
  const rows = readers[format](text, `import:${importId}`, importId)
  for await (const row of untilBroken(rows, (error) => { broken = error })) {
    signal?.throwIfAborted()
    while (batch.length >= BATCH) await flush()
    line = row.line
    if ('rejected' in row) {
      counts.rejected++
      counts.read++
      await refused.add(row)
      if (request.onError === 'abort') break
      continue
    }
    counts.read += row.facts.length
    if (line <= resumedAt) counts.duplicate += row.facts.length
    else batch.push(...row.facts)
  }
  while (batch.length > 0) await flush()
  await refused.close()
  const failure = broken === null ? null : unreadable(name, line, broken)
  await graph.write((run) => run('graph/import-mark', markOf(line, broken === null ? 'succeeded' : 'failed', failure?.message ?? '')))
  if (failure !== null) throw failure
  return { importId, ...counts, errors: refused.errors, resumedAt, seconds: (performance.now() - started) / 1000 }
}

const nameOf = ({ name, path }: ImportRequest) => name ?? basename(path)

/** Keeps the first errors, and all refused rows in a file, which appears with the first of them. */
function refusals (path: string | undefined, errorsTo: string | undefined) {
  const errors: ImportReport['errors'] = []
  let file: FileHandle | null = null
  let told: FileHandle | null = null
  return {
    errors,
    async add ({ line, rejected, raw, header }: Refused): Promise<void> {
      if (errors.length < ERRORS_KEPT) errors.push({ line, ...rejected })
      if (errorsTo !== undefined) {
        told ??= await open(errorsTo, 'w')
        await told.write(`${JSON.stringify({ line, column: null, ...rejected })}\n`)
      }
      if (path === undefined) return
      const isFirst = file === null
      file ??= await open(path, 'w')
      await file.write([...isFirst && header !== undefined ? [header] : [], raw, ''].join('\n'))
    },
    async close (): Promise<void> {
      await file?.close()
      await told?.close()
    }
  }
}

/** The rows as far as the file gives them. */
async function * untilBroken<T> (rows: AsyncIterable<T>, onBroken: (error: unknown) => void): AsyncGenerator<T> {
  try {
    yield * rows
  } catch (error) {
    onBroken(error)
  }
}

/** What the file cannot give is the caller's to mend: the error names it, and what is in. */
const unreadable = (name: string, line: number, cause: unknown) =>
  new EngineError('invalid_argument', `"${name}" cannot be read: ${(cause as Error).message}. Lines up to ${line} are imported; mend the file and import it again.`, [], { cause })

async function linesDone (graph: Graph, tenantId: string, importId: string): Promise<number> {
  return (await graph.read<{ lines: number }>('graph/import-state', { tenantId, importId }))[0]?.lines ?? 0
}

/** The same content in the same format is the same import. */
export async function importIdOf ({ path, format, dryRun }: { dryRun?: boolean, path: string, format: Format, mapping?: Mapping }): Promise<string> {
  if (dryRun) throw new EngineError('failed_precondition', 'Dry runs are not there yet.')
  const file = await stat(path).catch(() => null)
  if (file === null || !file.isFile()) throw new EngineError('not_found', `There is no file "${path}".`)
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return `i${hash.digest('hex').slice(0, 12)}-${format}`
}
