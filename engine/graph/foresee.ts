import type { Fact } from '../../models/triple.js'
import type { Relation } from '../../models/vocabulary.js'
import { EngineError } from '../errors.js'
import { resolve } from './evidence.js'
import { distinctEntities, groupsOf, rowsOf, weighAll, type Known, type MergeOptions, type Merged } from './facts.js'
import type { Reads } from './graph.js'
import type { Description } from './ingest.js'

/** What would be other than before. `merged`: known facts for which more would speak; `changed`: those of them of which something else would then be known. */
export interface Difference { nodes: { new: number, changed: number }, facts: { new: number, merged: number, changed: number } }

/** What would become of what is told, as `ingest` counts it. */
export interface Foreseen extends Merged { duplicate: number, nodes: Map<string, { isNew: boolean }> }

/**
 * What writing would do, batch after batch, without writing: each is held against the graph and against what was foreseen before. Memory
 * grows with the facts, so there is a bound; beyond it `resource_exhausted` is thrown.
 */
export function openForesight (graph: Reads, tenantId: string, { now, ...how }: MergeOptions & { now: string }) {
  const facts: Overlay<string[]> = { is: new Map(), was: new Map() }
  const relations = new Map<string, Relation>() // of the facts that are known
  const nodes: Overlay<Properties> = { is: new Map(), was: new Map() }
  return {
    async foresee (given: Fact[], descriptions: Description[]): Promise<Foreseen> {
      const told = { facts: given, now }
      const rows = await rowsOf([told], how.onlyNew)
      const asked = new Map(rows.filter(({ factId }) => !facts.is.has(factId)).map((row) => [row.factId, row]))
      for (const { factId, evidence } of await graph.read<Known>('graph/known-facts', { tenantId, groups: groupsOf([...asked.values()]) })) {
        know(facts, factId, evidence)
        relations.set(factId, asked.get(factId)!.relation)
      }
      const [merged] = await weighAll([told], rows, facts.is, how)
      const described = await foreseeNodes(graph, tenantId, given, descriptions, nodes)
      if (facts.is.size + nodes.is.size > FORESEEN_MAX) throw new EngineError('resource_exhausted', TOO_MUCH)
      return { ...merged!, duplicate: given.length - merged!.created - merged!.merged - merged!.refused.length, nodes: described }
    },
    difference (): Difference {
      const grown = [...facts.was].filter(([id, evidence]) => facts.is.get(id) !== evidence)
      const changed = grown.filter(([id, evidence]) => says(evidence, relations.get(id)!) !== says(facts.is.get(id)!, relations.get(id)!))
      const renewed = [...nodes.was].filter(([id, properties]) => nodes.is.get(id) !== properties)
      return {
        nodes: { new: nodes.is.size - nodes.was.size, changed: renewed.length },
        facts: { new: facts.is.size - facts.was.size, merged: grown.length, changed: changed.length }
      }
    }
  }
}

/** So much is remembered; each takes some 200 bytes. */
const FORESEEN_MAX = 2_000_000
const TOO_MUCH = `A dry run looks at ${FORESEEN_MAX} facts and nodes at most; try a part of the file, or import it and take it back with undo.`

/** What the graph holds of what was asked, and what it would hold. */
interface Overlay<T> { is: Map<string, T>, was: Map<string, T> }
type Properties = Record<string, unknown>
function know<T> ({ is, was }: Overlay<T>, id: string, value: T): void {
  is.set(id, value)
  was.set(id, value)
}

const says = (evidence: string[], relation: Relation) => JSON.stringify({ ...resolve(evidence, relation), observedAt: '' })

/** Descriptions come first, as they are written first. */
async function foreseeNodes (graph: Reads, tenantId: string, facts: Fact[], descriptions: Description[], nodes: Overlay<Properties>): Promise<Foreseen['nodes']> {
  const named = distinctEntities(facts)
  const ids = [...descriptions, ...named].map(({ id }) => id).filter((id) => !nodes.is.has(id))
  for (const { id, properties } of await graph.read<{ id: string, properties: Properties }>('graph/known-entities', { tenantId, ids })) know(nodes, id, properties)

  const described: Foreseen['nodes'] = new Map()
  for (const { id, label, properties, ...texts } of descriptions) {
    const [before, after] = [nodes.is.get(id), { ...properties, ...texts, described: true }]
    if (before !== undefined && !isOther(before, after)) continue
    described.set(id, { isNew: before === undefined })
    nodes.is.set(id, { ...before, ...after })
  }
  for (const { id, name } of named) {
    const before = nodes.is.get(id)
    if (before === undefined || !keepsName(before, name)) nodes.is.set(id, { ...before, name })
  }
  return described
}

/** As `graph/merge-entities` has it. */
const keepsName = (node: Properties, name: string) => node.described === true || String(node.name) >= name

const isOther = (before: Properties, after: Properties) =>
  Object.entries(after).some(([name, value]) => JSON.stringify(before[name] ?? null) !== JSON.stringify(value ?? null))
