import type { Graph } from '../graph/graph.js'
import type { GraphArrays } from './arrays.js'
import { readSnapshot, writeSnapshot } from './snapshot.js'

/** What a snapshot is of: a version of the one graph whose note of that write bears the mark. */
export interface Origin { version: number, mark: string }
/** What a snapshot needs to know of a tenant. */
interface Kept {
  arrays: GraphArrays | null
  version: number
  textVersion: number
  stale: string | null
  unproven: Origin | null
  savedVersion: number
  inTurn: <T>(act: () => Promise<T>) => Promise<T>
}

type Log = (line: string) => void
export type Store = Pick<Graph, 'read' | 'write' | 'onChange'>

/** The snapshots of a folder: what is held of each tenant, read at a start and written when it has changed. */
export function openSnapshots (graph: Store, dir: string, log: Log) {
  /** What was kept of the tenant, not yet known to be of this graph. One that cannot be used is as good as none. */
  async function restore (tenantId: string, tenant: Kept): Promise<void> {
    const kept = await readSnapshot(dir, tenantId).catch((error: Error) => {
      log(`The snapshot of ${tenantId} cannot be used, so its graph is read from Neo4j: ${error.message}.`)
      return null
    })
    if (kept === null) return
    const { arrays, version, textVersion, mark } = kept
    Object.assign(tenant, { arrays, version, textVersion, savedVersion: version, unproven: { version, mark } })
  }

  /** Whether what was kept is of the graph that Neo4j has now: one that was put back, or made anew, may have come to the same version. */
  async function isOfThisGraph (tenantId: string, tenant: Kept): Promise<boolean> {
    if (tenant.unproven === null) return true
    const { version, mark } = tenant.unproven
    const [note] = await graph.read<{ mark: string }>('projection/marked', { tenantId, version })
    if (note?.mark !== mark) return false
    tenant.unproven = null
    return true
  }

  const isDue = ({ arrays, unproven, stale, version, savedVersion }: Kept) =>
    arrays !== null && unproven === null && stale === null && version !== savedVersion

  /** Writes what has changed since it was last written. The turn is over when all is copied. */
  async function save (tenantId: string, tenant: Kept): Promise<void> {
    if (!isDue(tenant)) return
    const begun = await tenant.inTurn(async () => {
      const { version, textVersion } = tenant
      const [note] = await graph.write((run) => run<{ mark: string }>('projection/mark', { tenantId, version }))
      if (note === undefined || !isDue(tenant)) return null
      return { version, written: writeSnapshot(dir, tenantId, { version, textVersion, mark: note.mark }, tenant.arrays!) }
    })
    if (begun === null) return
    await begun.written
    tenant.savedVersion = begun.version
  }

  return {
    restore,
    isOfThisGraph,
    save: (tenantId: string, tenant: Kept) => save(tenantId, tenant).catch((error: Error) => { log(`The snapshot of ${tenantId} could not be written: ${error.message}`) })
  }
}
