import type { ImportSummary } from '../../models/imports.js'
import { EngineError } from '../errors.js'
import { takeBack, type Held } from '../graph/documents.js'
import type { Graph } from '../graph/graph.js'

/** `removed`: facts for which nothing else spoke; `kept`: facts for which something else still speaks. */
export interface Undone { importId: string, removed: number, kept: number }

const BATCH = 1_000

/** What has been imported, the last one first. */
export const imports = (graph: Graph, tenantId: string): Promise<ImportSummary[]> => graph.read('graph/imports', { tenantId })

/**
 * Takes back the evidence of one import, batch by batch; what was merged with evidence of others stays as these say it. Broken off, the
 * same command goes on; in the end the import is not known any more, so that the file can be imported again.
 */
export async function undoImport (graph: Graph, tenantId: string, importId: string, signal?: AbortSignal): Promise<Undone> {
  const known = await graph.read('graph/import-state', { tenantId, importId })
  if (known.length === 0) throw new EngineError('not_found', `There is no import "${importId}"; "teraffi imports" lists those there are.`)
  const undone: Undone = { importId, removed: 0, kept: 0 }
  for (let from: string | null = ''; from !== null;) {
    signal?.throwIfAborted()
    const { facts, removed, next }: Batch = await undoBatch(graph, tenantId, importId, from)
    undone.removed += removed
    undone.kept += facts - removed
    from = next
  }
  await graph.write((run) => run('graph/forget-import', { tenantId, importId }))
  return undone
}

interface Batch { facts: number, removed: number, next: string | null }

/** The next subject may have more facts than a batch takes, so it is where the next one begins. */
const undoBatch = (graph: Graph, tenantId: string, importId: string, from: string): Promise<Batch> => graph.inTurn(tenantId, async (run) => {
  const version = (await run<{ version: number }>('graph/lock', { tenantId }))[0]!.version
  const held = await run<Held>('graph/imported-facts', { tenantId, importId, from, limit: BATCH })
  if (held.length === 0) {
    await run('graph/unchanged', { tenantId })
    return { facts: 0, removed: 0, next: null }
  }
  const removed = await takeBack(run, tenantId, version, held, (evidence) => evidence.importId === importId)
  return { facts: held.length, removed, next: held.at(-1)!.subject }
})
