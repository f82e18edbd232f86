import type { BrandStrategy } from '../../models/accounts.js'
import { VOCABULARY, type Relation } from '../../models/vocabulary.js'
import type { Graph } from '../graph/graph.js'

const COUNT = 20
const SAID = 3 // names that the sentence gives of each

/** What a member's facts come to as a brand; nothing is in it that they have not said, or that was not said of them. */
export async function brandStrategy (graph: Graph, tenantId: string, memberId: string, now: string): Promise<BrandStrategy> {
  const rows = await graph.read<{ relation: Relation, names: string[] }>('graph/strategy', { tenantId, memberId, now, count: COUNT })
  const held = new Map(rows.map(({ relation, names }) => [relation, names]))
  const named = (...relations: Relation[]) => [...new Set(relations.flatMap((relation) => held.get(relation) ?? []))]
  return {
    valueProposition: proposition(held),
    targetAudience: named('TARGETS_AUDIENCE', 'REACHES'),
    contentPillars: named('COVERS_TOPIC', 'CREATES'),
    goals: named('SEEKS')
  }
}

/** Creates zines; covers tea, bread; speaks to students. */
function proposition (held: Map<Relation, string[]>): string | null {
  if (!held.has('CREATES') && !held.has('COVERS_TOPIC')) return null
  const parts = (['CREATES', 'COVERS_TOPIC', 'TARGETS_AUDIENCE', 'REACHES'] as const).filter((relation) => held.has(relation))
  const text = parts.map((relation) => `${VOCABULARY[relation].says} ${held.get(relation)!.slice(0, SAID).join(', ')}`).join('; ')
  return text[0]!.toUpperCase() + text.slice(1) + '.'
}
