import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Format } from '../../models/imports.js'
import type { Fact } from '../../models/triple.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import { ingest, INGEST_MAX, type Description } from '../graph/ingest.js'
import { meant } from '../graph/link.js'
import { openText, readers, type Refused, type Rejection } from './rows.js'

export interface ImportCounts { read: number, created: number, merged: number, duplicate: number, rejected: number }
export interface ImportProgress extends ImportCounts { line: number, bytes: number, totalBytes: number }
export interface ImportReport extends ImportCounts { importId: string, errors: (Where & Rejection)[], resumedAt: number, seconds: number }
type Where = { line: number }
/** `batch`: facts in a transaction; `rejectedTo`: a file for the rows that are refused, in the form of the file they come from, to be mended and imported. */
export interface ImportRequest {
  path: string, format: Format, batch?: number, onError?: 'continue' | 'abort', rejectedTo?: string, onProgress?: (progress: ImportProgress) => void, signal?: AbortSignal
}

const BATCH = 5_000
const ERRORS_KEPT = 1_000

/**
 * Reads a file into the graph, batch by batch. The progress mark of a batch is written in its own transaction, so the same command
 * resumes after any crash, and a file that is in already changes nothing. The counts are of facts; a rejected line counts as one.
 */
export async function importFile (graph: Graph, tenantId: string, { path, format, batch: size = BATCH, onError = 'continue', rejectedTo, onProgress, signal }: ImportRequest): Promise<ImportReport> {
  const started = performance.now()
  const at = new Date().toISOString()
  const { importId, totalBytes } = await identify(path, format)
  const resumedAt = await linesDone(graph, tenantId, importId)
  const counts: ImportCounts = { read: 0, created: 0, merged: 0, duplicate: 0, rejected: 0 }
  const batch: Fact[] = []
  const nodes: Description[] = []
  let line = 0
  const { text, bytesRead } = openText(path)
  const refused = refusals(rejectedTo)

  const flush = async () => {
    const lines = batch.length > INGEST_MAX ? line - 1 : line // a long line takes several transactions, and is done with the last
    const facts = await meant(graph, tenantId, batch.splice(0, INGEST_MAX))
    const { created, merged, duplicate } = await ingest(graph, tenantId, facts, nodes.splice(0), {
      also: (run) => run('graph/import-mark', { tenantId, importId, mark: { path: basename(path), format, lines, at } })
    })
    counts.created += created
    counts.merged += merged
    counts.duplicate += duplicate
    onProgress?.({ ...counts, line, bytes: bytesRead(), totalBytes })
  }

  const take = (row: { facts: Fact[], nodes?: Description[] }) => {
    batch.push(...row.facts)
    nodes.push(...row.nodes ?? [])
  }
  let broken: unknown = null
  const rows = readers[format](text, `import:${importId}`, importId)
  for await (const row of untilBroken(rows, (error) => { broken = error })) {
    signal?.throwIfAborted()
    while (batch.length + nodes.length >= size) await flush()
    line = row.line
    if ('rejected' in row) {
      counts.rejected++
      counts.read++
      await refused.add(row)
      if (onError === 'abort') break
      continue
    }
    counts.read += row.facts.length
    if (line <= resumedAt) counts.duplicate += row.facts.length
    else take(row)
  }
  while (batch.length + nodes.length > 0) await flush()
  await refused.close()
  whole(path, line, broken)
  return { importId, ...counts, errors: refused.errors, resumedAt, seconds: (performance.now() - started) / 1000 }
}

/** Keeps the first errors, and all refused rows in a file, which appears with the first of them. */
export function refusals (path: string | undefined) {
  const errors: ImportReport['errors'] = []
  let file: FileHandle | null = null
  return {
    errors,
    async add ({ line, rejected, raw, header }: Refused): Promise<void> {
      if (errors.length < ERRORS_KEPT) errors.push({ line, ...rejected })
      if (path === undefined) return
      const isFirst = file === null
      file ??= await open(path, 'w')
      await file.write([...isFirst && header !== undefined ? [header] : [], raw, ''].join('\n'))
    },
    close: async () => { await file?.close() }
  }
}

/** The rows as far as the file gives them. */
export async function * untilBroken<T> (rows: AsyncIterable<T>, onBroken: (error: unknown) => void): AsyncGenerator<T> {
  try {
    yield * rows
  } catch (error) {
    onBroken(error)
  }
}

export function whole (path: string, line: number, broken: unknown): void {
  if (broken !== null) throw unreadable(path, line, broken)
}

/** What the file cannot give is the caller's to mend: the error names it, and what is in. */
const unreadable = (path: string, line: number, cause: unknown) =>
  new EngineError('invalid_argument', `"${path}" cannot be read: ${(cause as Error).message}. Lines up to ${line} are imported; mend the file and import it again.`, [], { cause })

async function linesDone (graph: Graph, tenantId: string, importId: string): Promise<number> {
  return (await graph.read<{ lines: number }>('graph/import-state', { tenantId, importId }))[0]?.lines ?? 0
}

/** The same content in the same format is the same import. */
export async function identify (path: string, format: Format): Promise<{ importId: string, totalBytes: number }> {
  const file = await stat(path).catch(() => null)
  if (file === null || !file.isFile()) throw new EngineError('not_found', `There is no file "${path}".`)
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { importId: `i${hash.digest('hex').slice(0, 12)}-${format}`, totalBytes: file.size }
}
