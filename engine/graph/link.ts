import type { EntityRef, Fact, Triple } from '../../models/triple.js'
import { LABELS, VOCABULARY, type Label } from '../../models/vocabulary.js'
import { canonicalKey, canonicalName, entityRef } from '../extraction/canonical.js'
import type { Graph } from './graph.js'

/** Where triples come from: whose words they are, and in which document. */
export interface Provenance {
  owner: EntityRef
  source: string
  text: string
  observedAt?: string | null
  importId?: string | null
}

/** Labels that only a name written as a name may stand for: "harvest" is a topic, "Harvest" may be the brand. */
const PROPER = new Set<Label>(['Member', 'Brand', 'Content', 'Event', 'Place'])

/** Turns triples into facts between nodes: a name means the node that already goes by it, else a new one of the label that the relation expects. */
export async function toFacts (graph: Graph, tenantId: string, triples: Triple[], { owner, source, text, observedAt = null, importId = null }: Provenance): Promise<Fact[]> {
  const names = triples.flatMap((triple) => [
    ...(triple.subject === owner.name ? [] : [{ name: triple.subject, label: triple.subjectType ?? 'Member' as const }]),
    { name: triple.object, label: objectLabel(triple) }
  ])
  const linked = await link(graph, tenantId, names)
  const find = (name: string, label: Label) => name === owner.name ? owner : linked.get(linkKey(name, label))!

  return triples.map((triple) => ({
    subject: find(triple.subject, triple.subjectType ?? 'Member'),
    relation: triple.relation,
    lemma: triple.predicate,
    object: find(triple.object, objectLabel(triple)),
    polarity: triple.polarity,
    modality: triple.modality,
    confidence: triple.confidence,
    source,
    sentence: text.slice(triple.spans.sentence.start, triple.spans.sentence.end),
    start: triple.spans.sentence.start,
    end: triple.spans.sentence.end,
    importId,
    validFrom: triple.validFrom ?? null,
    validTo: triple.validTo ?? null,
    observedAt,
    properties: triple.properties ?? {}
  }))
}

const objectLabel = (triple: Triple): Label => triple.objectType ?? VOCABULARY[triple.relation].object
const linkKey = (name: string, label: Label) => `${label}\t${name}`

/** Each (name, label) with the node it means. */
export async function link (graph: Graph, tenantId: string, names: { name: string, label: Label }[]): Promise<Map<string, EntityRef>> {
  const known = await knownByKey(graph, tenantId, names.flatMap(({ name, label }) => keysOf(name, label)))
  return new Map(names.map(({ name, label }) => {
    const candidates = keysOf(name, label).flatMap((key) => known.get(key) ?? []).filter((entity) => fits(entity, name, label))
    return [linkKey(name, label), candidates.sort(byLabel(label))[0] ?? entityRef(name, label)]
  }))
}

/** The nodes that go by these keys. */
export async function knownByKey (graph: Graph, tenantId: string, keys: string[]): Promise<Map<string, EntityRef[]>> {
  const rows = keys.length === 0 ? [] : await graph.read<EntityRef & { key: string }>('graph/link', { tenantId, keys: [...new Set(keys)] })
  const byKey = new Map<string, EntityRef[]>()
  for (const { key, ...entity } of rows) byKey.set(key, [...byKey.get(key) ?? [], entity])
  return byKey
}

const keysOf = (name: string, label: Label) => [canonicalKey(name, label), canonicalKey(name, 'Brand')]

const fits = (entity: EntityRef, name: string, label: Label) =>
  entity.label === label || (PROPER.has(entity.label) ? /^[^\p{Ll}]*\p{Lu}/u.test(canonicalName(name)) : !PROPER.has(label) && entity.label !== 'Amount')

/** The expected label first, then in the order of the vocabulary. */
const byLabel = (label: Label) => (a: EntityRef, b: EntityRef) => rankOf(a, label) - rankOf(b, label) || (a.id < b.id ? -1 : 1)
const rankOf = (entity: EntityRef, label: Label) => entity.label === label && label !== 'Topic' ? -1 : LABELS.indexOf(entity.label)
