import type { Reads } from './graph.js'

export interface TextRow { id: string, profile: string | null, goals: string | null, content: string | null }
const PAGE = 500

/** The texts that changed after a version of the graph, for the vector index. */
export function textSource (graph: Reads, tenantId: string) {
  return {
    version: () => graphVersion(graph, tenantId),
    async * texts (since: number): AsyncGenerator<TextRow> {
      let after = ''
      for (;;) {
        const rows = await graph.read<TextRow>('graph/texts', { tenantId, since, after, limit: PAGE })
        yield * rows
        if (rows.length < PAGE) return
        after = rows.at(-1)!.id
      }
    }
  }
}

/** How many writes the tenant's graph has seen. */
export async function graphVersion (graph: Reads, tenantId: string): Promise<number> {
  return (await graph.read<{ version: number }>('graph/version', { tenantId }))[0]!.version
}
