import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Actor } from '../../models/actor.js'
import type { Emit, EngineEvent } from '../../models/events.js'
import type { Import, ImportErrorsRequest, ImportsPage } from '../../models/import-jobs.js'
import type { Format, ImportState, Mapping, Mode, RowError } from '../../models/imports.js'
import { note } from '../accounts/audit.js'
import { demand } from '../accounts/can.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import { openRunner } from './runner.js'
import { importFile, importIdOf, type ImportReport } from './run.js'
import { openSpool, sizeOf } from './spool.js'
import { undoImport, type Undone } from './undo.js'

/** How a file is to be read; `name`: what it is called where it comes from. */
export interface Submission { name: string, format: Format, mode?: Mode, onError?: 'continue' | 'abort', mapping?: Mapping }

/** `tell`: passes on what is heard now or never. */
export interface ImportParts {
  graph: Graph
  emit: Emit
  tell: (tenantId: string, event: EngineEvent, channels: string[]) => Promise<void>
  dir: string
  bytesMax: number
  log: (line: string) => void
}

/** Files of a tenant that wait, run or come in. */
export const WAITING_MAX = 10
const [LIST_DEFAULT, ERRORS_DEFAULT] = [50, 100]
const SWEEP_MS = 3_600_000
const PERMISSION = 'import:create'

/**
 * Imports that are asked for and go on by themselves: the file is kept in a folder, its state in the graph. Any process on that folder goes
 * on with what waits there. An import of another tenant is as good as missing.
 */
export function openImports ({ graph, emit, tell, dir, bytesMax, log }: ImportParts) {
  const spool = openSpool(dir, { bytesMax })
  const find = async (tenantId: string, importId: string) => (await rows(tenantId, importId, undefined, 1))[0] ?? null
  const runner = openRunner({ graph, spool, bytesMax, log, tell, emit, find })
  const swept = new Map<string, number>()
  const now = () => new Date().toISOString()

  async function rows (tenantId: string, only: string, after: string | undefined, limit: number): Promise<Import[]> {
    const [, at, id] = /^([^_]*)_(.+)$/.exec(after ?? '9999_i') ?? []
    if (at === undefined || id === undefined) throw new EngineError('invalid_argument', 'cursor must be the meta.cursor of the page before.')
    const found = await graph.read<{ found: StoredImport }>('imports/list', { tenantId, only, at, id, limit })
    return found.map(({ found }) => shown(found, Date.now()))
  }

  async function get (actor: Actor, importId: string): Promise<Import> {
    demand(actor, PERMISSION)
    const found = await find(actor.tenantId, importId)
    if (found === null) throw missing(importId)
    return found
  }

  /** Room for one more file; what was left behind by broken uploads and by imports that are no more is cleared away now and then. */
  async function makeRoom (tenantId: string): Promise<void> {
    const isFull = async () => await spool.waiting(tenantId) >= WAITING_MAX
    if (Date.now() - (swept.get(tenantId) ?? 0) > SWEEP_MS || await isFull()) {
      swept.set(tenantId, Date.now())
      await spool.sweep(tenantId, async (importId) => await find(tenantId, importId) !== null)
    }
    if (await isFull()) throw new EngineError('resource_exhausted', `${WAITING_MAX} files of this organisation wait to be imported or come in; send this one when some are done.`)
  }

  async function receive (actor: Actor, body: Readable) {
    demand(actor, PERMISSION)
    await makeRoom(actor.tenantId)
    const part = await spool.receive(actor.tenantId, body)
    if (part.bytes > 0) return part
    await spool.discard(part)
    throw new EngineError('invalid_argument', 'The file is empty; send it as the body.')
  }

  /** Takes a file in; it is imported when its turn comes. One that is known already, by content and format, is told as it is. */
  async function submit (actor: Actor, body: Readable, asked: Submission): Promise<{ data: Import, isNew: boolean }> {
    const { tenantId } = actor
    const part = await receive(actor, body)
    try {
      const importId = await importIdOf({ path: part.path, format: asked.format, mapping: asked.mapping })
      const known = await find(tenantId, importId)
      if (known !== null && await isDealtWith(tenantId, known)) return { data: known, isNew: false }
      const job = await spool.keep(part, { ...asked, tenantId, importId, totalBytes: part.bytes, queuedAt: now() })
      await graph.write(async (run) => {
        await run('imports/queue', { tenantId, importId, job: { path: job.name, format: job.format, totalBytes: job.totalBytes, at: job.queuedAt } })
        const { name, format, mode = 'upsert', onError = 'continue' } = asked
        await note(run, actor, { entity: 'import', entityId: importId, action: 'create', before: null, after: { name, format, mode, onError } }, job.queuedAt)
      })
      runner.wake()
      return { data: await get(actor, importId), isNew: true }
    } finally {
      await spool.discard(part)
    }
  }

  /** Whether nothing is left to do for it, or somebody is about to. */
  async function isDealtWith (tenantId: string, { importId, state }: Import): Promise<boolean> {
    return state === 'succeeded' || ((state === 'queued' || state === 'running') && await spool.waits({ tenantId, importId }))
  }

  /** What an import would do; nothing of it is kept. */
  async function dryRun (actor: Actor, body: Readable, asked: Submission): Promise<ImportReport> {
    const part = await receive(actor, body)
    try {
      return await importFile(graph, actor.tenantId, { ...asked, path: part.path, dryRun: true })
    } finally {
      await spool.discard(part)
    }
  }

  /** The newest first. */
  async function list (actor: Actor, { limit = LIST_DEFAULT, cursor }: ImportsPage = {}) {
    demand(actor, PERMISSION)
    const found = await rows(actor.tenantId, '', cursor, limit + 1)
    const data = found.slice(0, limit)
    const last = data.at(-1)
    return { data, meta: { limit, cursor: found.length > limit ? `${last!.at}_${last!.importId}` : null } }
  }

  /** Why rows were refused, in the order of the file; `cursor`: where in our list of them to go on. */
  async function errors (actor: Actor, importId: string, { limit = ERRORS_DEFAULT, cursor = '0' }: ImportErrorsRequest = {}) {
    const { rejected } = await get(actor, importId)
    const { errorsTo } = spool.results({ tenantId: actor.tenantId, importId })
    if (rejected > 0) await keptHere(errorsTo, importId)
    const { data, next } = await readErrors(errorsTo, Number(cursor), limit)
    return { data, meta: { limit, cursor: next === null ? null : String(next) } }
  }

  /** The refused rows as they were, under their header. */
  async function rejectedRows (actor: Actor, importId: string): Promise<{ file: Readable, format: Format }> {
    const { format, rejected } = await get(actor, importId)
    if (rejected === 0) throw new EngineError('not_found', `No row of ${importId} was refused.`)
    const { rejectedTo } = spool.results({ tenantId: actor.tenantId, importId })
    await keptHere(rejectedTo, importId)
    return { file: createReadStream(rejectedTo), format }
  }

  /** Stops an import within a batch; what is in stays, and the same file goes on from there. What has ended stays as it is. */
  async function cancel (actor: Actor, importId: string): Promise<Import> {
    await get(actor, importId)
    const { runs, before } = await stop(actor, importId)
    if (runs) runner.stop(actor.tenantId, importId)
    else if (isOpen(before)) await spool.done({ tenantId: actor.tenantId, importId })
    return await get(actor, importId)
  }

  const stop = (actor: Actor, importId: string) => graph.write(async (run) => {
    const [row] = await run<{ before: ImportState, state: ImportState, runs: boolean }>('imports/cancel', { tenantId: actor.tenantId, importId, now: Date.now() })
    if (row === undefined) throw missing(importId)
    const { before, state } = row
    if (isOpen(before)) await note(run, actor, { entity: 'import', entityId: importId, action: 'cancel', before: { state: before }, after: { state } }, now())
    return row
  })

  /** Takes back what an import said, and forgets it. */
  async function undo (actor: Actor, importId: string): Promise<Undone> {
    const { state, name, read } = await get(actor, importId)
    if (isOpen(state) && (await stop(actor, importId)).runs) {
      runner.stop(actor.tenantId, importId)
      throw new EngineError('failed_precondition', `${importId} is running; it is being canceled, and can be taken back when it has stopped.`)
    }
    const { removed, kept } = await undoImport(graph, actor.tenantId, importId)
    await graph.write((run) => note(run, actor, { entity: 'import', entityId: importId, action: 'undo', before: { name, state, read }, after: { removed, kept } }, now()))
    await spool.forget({ tenantId: actor.tenantId, importId })
    return { importId, removed, kept }
  }

  return { submit, tooLarge: spool.tooLarge, dryRun, list, get, errors, rejectedRows, cancel, undo, start: runner.start, close: runner.close }
}

const isOpen = (state: ImportState) => state === 'queued' || state === 'running'
const missing = (importId: string) => new EngineError('not_found', `There is no import "${importId}".`)

async function keptHere (path: string, importId: string): Promise<void> {
  if (await sizeOf(path) === null) throw new EngineError('not_found', `The refused rows of ${importId} are not kept here: it was imported on the command line, or by another machine.`)
}

/** Lines from a place in the file on, and where the next ones begin; null: there are none. */
async function readErrors (path: string, from: number, limit: number): Promise<{ data: RowError[], next: number | null }> {
  const size = await sizeOf(path) ?? 0
  if (from >= size) return { data: [], next: null }
  const file = createReadStream(path, { start: from })
  const data: RowError[] = []
  let at = from
  try {
    for await (const line of createInterface({ input: file })) {
      data.push(JSON.parse(line))
      at += Buffer.byteLength(line) + 1
      if (data.length === limit) break
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw new EngineError('invalid_argument', 'cursor must be the meta.cursor of the page before.', [], { cause: error })
    throw error
  } finally {
    file.destroy()
  }
  return { data, next: at < size ? at : null }
}

interface StoredImport extends Omit<Import, 'importId' | 'name' | 'startedAt' | 'endedAt'> {
  id: string, path: string, leaseUntil?: number, startedAt?: number, endedAt?: number, startedRead?: number, startedBytes?: number
}

const COUNTS = ['read', 'created', 'merged', 'duplicate', 'rejected', 'lines', 'bytes', 'totalBytes'] as const

/** As it is told: also one from before imports had states. */
function shown (stored: StoredImport, now: number): Import {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, stored[name] ?? 0])) as Pick<Import, typeof COUNTS[number]>
  return {
    importId: stored.id,
    name: stored.path,
    format: stored.format,
    state: stored.state ?? 'succeeded',
    ...counts,
    ...paceOf(stored, now),
    at: stored.at ?? '',
    startedAt: momentOf(stored.startedAt),
    endedAt: momentOf(stored.endedAt),
    error: stored.error ?? ''
  }
}

const momentOf = (ms: number | undefined) => ms === undefined ? null : new Date(ms).toISOString()

/** How fast it is since it was last begun, while it runs. */
function paceOf ({ state, leaseUntil, read, bytes, totalBytes, startedAt, startedRead = 0, startedBytes = 0 }: StoredImport, now: number): Pick<Import, 'rowsPerSecond' | 'secondsLeft'> {
  const seconds = (now - (startedAt ?? now)) / 1000
  if (state !== 'running' || leaseUntil === undefined || seconds <= 0) return { rowsPerSecond: null, secondsLeft: null }
  const bytesPerSecond = (bytes - startedBytes) / seconds
  return {
    rowsPerSecond: Math.max(0, Math.round((read - startedRead) / seconds)),
    secondsLeft: bytesPerSecond > 0 ? Math.round((totalBytes - bytes) / bytesPerSecond) : null
  }
}
