import { randomUUID } from 'node:crypto'
import type { Emit } from '../../models/events.js'
import type { Import } from '../../models/import-jobs.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import type { ImportParts } from './jobs.js'
import { importFile } from './run.js'
import { sizeOf, type Job, type Spool } from './spool.js'

interface RunnerParts extends Pick<ImportParts, 'tell' | 'log' | 'bytesMax'> {
  graph: Graph
  spool: Spool
  emit: Emit
  find: (tenantId: string, importId: string) => Promise<Import | null>
}

/** How long a process that says nothing still has its import, how often it says something, and how often one without work looks for some. */
const [LEASE_MS, BEAT_MS, LOOK_MS, TELL_MS] = [8_000, 2_000, 2_000, 1_000]

/** Smaller than on the command line: a server does other things too, and stops an import between two. */
const BATCH = 2_000

/** Why an import was stopped from outside. */
type Stopped = 'canceled' | 'closing' | 'lost' | 'refused'
const REFUSED_TOO_MUCH = 'More of the rows is refused than is kept of them; look at the first errors, mend the file, and import it again.'

/**
 * Runs what waits in the spool, one import after the other, and tenants by turn. Processes on one folder agree by a lease on the node of the
 * import: who runs it renews it; an import whose process fell silent is gone on with by another one, or by the next start.
 */
export function openRunner ({ graph, spool, find, tell, emit, log, bytesMax }: RunnerParts) {
  const owner = randomUUID()
  const lastServed = new Map<string, number>()
  let served = 0
  let running: { job: Job, stop: (why: Stopped) => void } | null = null
  let loop: Promise<void> | null = null
  const closing = new AbortController()
  let wake = () => {}

  const look = () => new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LOOK_MS).unref()
    wake = () => {
      clearTimeout(timer)
      resolve()
    }
  })

  async function work (): Promise<void> {
    while (!closing.signal.aborted) {
      const waiting = look() // a call while we look for work is not missed
      const hasWorked = await next().catch((error: unknown) => {
        log(`Imports wait: ${(error as Error).message}`)
        return false
      })
      if (!hasWorked && !closing.signal.aborted) await waiting
    }
  }

  /** The first that can be had, of the tenant that has waited longest. */
  async function next (): Promise<boolean> {
    const turnOf = ({ tenantId }: Job) => lastServed.get(tenantId) ?? 0
    const jobs = (await spool.jobs()).sort((a, b) => turnOf(a) - turnOf(b) || (a.queuedAt < b.queuedAt ? -1 : 1))
    for (const job of jobs) {
      if (closing.signal.aborted) return false
      if (!await claim(job)) continue
      lastServed.set(job.tenantId, ++served)
      await perform(job)
      return true
    }
    return false
  }

  async function claim (job: Job): Promise<boolean> {
    const { tenantId, importId } = job
    const [row] = await graph.write((run) => run<{ state: string, claimed: boolean }>('imports/claim', { tenantId, importId, owner, now: Date.now(), until: Date.now() + LEASE_MS }))
    if (row !== undefined && !row.claimed && row.state !== 'running') await spool.done(job) // ended, and its process with it
    return row?.claimed ?? false
  }

  async function perform (job: Job): Promise<void> {
    const { tenantId, importId } = job
    const results = spool.results(job)
    const end = new AbortController()
    let why: Stopped | null = null
    const stop = (reason: Stopped) => {
      why ??= reason
      end.abort()
    }
    running = { job, stop }
    const beat = setInterval(() => { renew(job, stop).catch(() => {}) }, BEAT_MS)
    const progress = telling(job)
    let outcome: Outcome = { state: '', error: '' }
    try {
      await renew(job, stop) // it may be the one that another process was told to cancel
      const { name, format, mode, onError, mapping, path } = job
      const asked = { name, format, mode, onError, mapping, path, ...results, supervised: true, batch: BATCH, identity: job }
      await importFile(graph, tenantId, { ...asked, signal: end.signal, onProgress: progress.tell })
    } catch (error) {
      outcome = outcomeOf(error, why, (text) => { log(`Import ${importId} failed by our mistake: ${text}`) })
    } finally {
      clearInterval(beat)
      running = null
    }
    await progress.told // before the end
    await release(job, outcome)
  }

  /** Says that this process still runs it, and hears what others want of it. A store that does not answer now may do so next time. */
  async function renew (job: Job, stop: (why: Stopped) => void): Promise<void> {
    const { tenantId, importId } = job
    const rows = await graph.write((run) => run<{ canceling: boolean }>('imports/renew', { tenantId, importId, owner, until: Date.now() + LEASE_MS })).catch(() => null)
    if (rows?.length === 0) stop('lost')
    if (rows?.[0]?.canceling === true) stop('canceled')
    const { errorsTo, rejectedTo } = spool.results(job)
    if ((await sizeOf(errorsTo) ?? 0) + (await sizeOf(rejectedTo) ?? 0) > bytesMax) stop('refused')
  }

  async function release (job: Job, { state, error }: Outcome): Promise<void> {
    const { tenantId, importId } = job
    const [row] = await graph.write((run) => run<{ state: string }>('imports/release', { tenantId, importId, owner, state, error, now: Date.now() }))
    if (row === undefined || row.state === 'queued') return
    await spool.done(job)
    const ended = await find(tenantId, importId)
    if (ended !== null) await emit(tenantId, { name: 'ImportEnded', data: ended }, [`import:${importId}`])
  }

  /** Tells how far an import has come, once a second at most. `told`: what is being told. */
  function telling ({ tenantId, importId }: Job) {
    let last = 0
    const state = {
      told: Promise.resolve(),
      tell: () => {
        if (performance.now() - last < TELL_MS) return
        last = performance.now()
        state.told = find(tenantId, importId)
          .then((found) => found === null ? undefined : tell(tenantId, { name: 'ImportProgressed', data: found }, [`import:${importId}`]))
          .catch(() => {}) // it is only heard now or never
      }
    }
    return state
  }

  return {
    /** Goes on with what waits, and waits for more. */
    start (): void { loop ??= work() },
    wake: () => { wake() },
    /** Stops an import, if it is this process that runs it. */
    stop (tenantId: string, importId: string): void {
      if (running?.job.tenantId === tenantId && running.job.importId === importId) running.stop('canceled')
    },
    /** Leaves what runs to the next start, or to another process. */
    async close (): Promise<void> {
      closing.abort()
      running?.stop('closing')
      wake()
      await loop
    }
  }
}

interface Outcome { state: '' | 'queued' | 'failed' | 'canceled', error: string }

function outcomeOf (error: unknown, why: Stopped | null, report: (text: string) => void): Outcome {
  if (why === 'canceled' || (why === null && (error as Error).name === 'AbortError')) return { state: 'canceled', error: '' }
  if (why === 'refused') return { state: 'failed', error: REFUSED_TOO_MUCH }
  if (why !== null || (error instanceof EngineError && error.code === 'unavailable')) return { state: 'queued', error: '' }
  if (error instanceof EngineError) return { state: 'failed', error: error.message }
  report((error as Error).stack ?? String(error))
  return { state: 'failed', error: 'This is our mistake; it has been logged.' }
}
