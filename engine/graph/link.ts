import type { EntityRef, Fact, Triple } from '../../models/triple.js'
import { LABELS, VOCABULARY, type Label, type Relation } from '../../models/vocabulary.js'
import { canonicalKey, canonicalName, entityRef } from '../extraction/canonical.js'
import type { Reads } from './graph.js'

/** Where triples come from: whose words they are, and in which document. */
export interface Provenance {
  owner: EntityRef
  source: string
  text: string
  observedAt?: string | null
  importId?: string | null
}

/** Labels that only a name written as a name may stand for: "harvest" is a topic, "Harvest" may be the brand. */
const PROPER = new Set<Label>(['Member', 'Brand', 'Content', 'Product', 'Event', 'Place'])

/**
 * Turns triples into facts between nodes: a name means the described node that goes by it, else the one that has it as an alias, else
 * one of the label that the relation expects. Nodes that only texts have mentioned are not asked, so that it does not matter which text was read first.
 */
export async function toFacts (graph: Reads, tenantId: string, triples: Triple[], provenance: Provenance): Promise<Fact[]> {
  const { owner, ...told } = provenance
  const names = triples.flatMap((triple) => [
    ...(triple.subject === owner.name ? [] : [{ name: triple.subject, label: subjectLabel(triple) }]),
    { name: triple.object, label: objectLabel(triple) }
  ])
  const linked = await link(graph, tenantId, names)
  const find = (name: string, label: Label) => name === owner.name ? owner : linked.get(linkKey(name, label))!

  return triples.map((triple) => factOf(triple, find(triple.subject, subjectLabel(triple)), find(triple.object, objectLabel(triple)), told))
    .filter(({ subject, object }) => subject.id !== object.id) // of itself a thing tells nothing
}

/** What a triple says, between these two. */
export function factOf (triple: Triple, subject: EntityRef, object: EntityRef, { source, text, observedAt = null, importId = null }: Omit<Provenance, 'owner'>): Fact {
  const { start, end } = triple.spans.sentence
  return {
    subject,
    relation: triple.relation,
    lemma: triple.predicate,
    object,
    polarity: triple.polarity,
    modality: triple.modality,
    confidence: triple.confidence,
    source,
    sentence: text.slice(start, end),
    start,
    end,
    importId,
    validFrom: triple.validFrom ?? null,
    validTo: triple.validTo ?? null,
    observedAt,
    properties: triple.properties ?? {}
  }
}

/** Someone with a name is a member until more is known; "people" are a topic. */
export const subjectLabel = ({ subject, subjectType = 'Member' }: Triple): Label => PROPER.has(subjectType) && !isProper(subject) ? 'Topic' : subjectType

/**
 * What is named by a common noun is a topic whatever is done with it, so that "sells skincare" and "covers skincare" meet, and so do
 * "looks for cooks" and "is a cook"; it is an audience only to those who speak to it.
 */
export const objectLabel = ({ relation, object, objectType }: Triple): Label => labelOf(relation, object, objectType)

export function labelOf (relation: Relation, object: string, label: Label = VOCABULARY[relation].object): Label {
  if (label === 'Demographic') return relation === 'TARGETS_AUDIENCE' || relation === 'REACHES' ? label : 'Topic'
  return PROPER.has(label) && label !== 'Place' && !isProper(object) ? 'Topic' : label
}
const isProper = (name: string) => /^[^\p{Ll}]*\p{Lu}/u.test(canonicalName(name))
const linkKey = (name: string, label: Label) => `${label}\t${name}`

/** Facts whose ends were given by name, between the nodes that the names mean. */
export async function meant (graph: Reads, tenantId: string, facts: Fact[]): Promise<Fact[]> {
  const named = facts.flatMap(({ subject, object }) => [subject, object]).filter(({ named }) => named)
  if (named.length === 0) return facts
  const linked = await link(graph, tenantId, named)
  const find = (entity: EntityRef) => entity.named ? linked.get(linkKey(entity.name, entity.label))! : entity
  return facts.map((fact) => ({ ...fact, subject: find(fact.subject), object: find(fact.object) }))
}

/** What a name means where nothing is described yet. */
export const meantAnew = (entity: EntityRef): EntityRef => entity.named ? entityRef(entity.name, entity.label) : entity

/** Each (name, label) with the node it means. */
export async function link (graph: Reads, tenantId: string, names: { name: string, label: Label }[]): Promise<Map<string, EntityRef>> {
  const known = await knownByKey(graph, tenantId, names.flatMap(({ name, label }) => keysOf(name, label)), true)
  return new Map(names.map(({ name, label }) => {
    const candidates = keysOf(name, label).flatMap((key) => known.get(key) ?? []).filter((entity) => fits(entity, name, label))
    const [found] = candidates.sort(byLabel(label))
    return [linkKey(name, label), found === undefined ? entityRef(name, label) : { id: found.id, label: found.label, name: found.name }]
  }))
}

/** `alias`: somebody has said that it goes by the key, too. */
interface Known extends EntityRef { alias: boolean }

/** The nodes that go by these keys; `described`: only those that someone has described, or given the name. */
async function knownByKey (graph: Reads, tenantId: string, keys: string[], described: boolean): Promise<Map<string, Known[]>> {
  const rows = keys.length === 0 ? [] : await graph.read<Known & { key: string }>('graph/link', { tenantId, keys: [...new Set(keys)], described })
  const byKey = new Map<string, Known[]>()
  for (const { key, ...known } of rows) byKey.set(key, [...byKey.get(key) ?? [], known])
  return byKey
}

const keysOf = (name: string, label: Label) => [canonicalKey(name, label), canonicalKey(name, 'Brand')]

const fits = (entity: EntityRef, name: string, label: Label) =>
  entity.label === label || (PROPER.has(entity.label) ? isProper(name) : !PROPER.has(label) && entity.label !== 'Amount')

/** Names before aliases; the expected label first, then in the order of the vocabulary. */
const byLabel = (label: Label) => (a: Known, b: Known) => Number(a.alias) - Number(b.alias) || rankOf(a, label) - rankOf(b, label) || (a.id < b.id ? -1 : 1)
const rankOf = (entity: EntityRef, label: Label) => entity.label === label && label !== 'Topic' ? -1 : LABELS.indexOf(entity.label)

const NAME_WORDS_MAX = 4
const NAME_TOKENS_MAX = 400

/** The known things that a text names: every run of up to four words is looked up; a longer name beats those within it. */
export async function namesIn (graph: Reads, tenantId: string, text: string): Promise<EntityRef[]> {
  const spans = wordRuns(text.match(/[\p{L}\p{N}'’-]+/gu)?.slice(0, NAME_TOKENS_MAX) ?? [])
  const known = await knownByKey(graph, tenantId, spans.flatMap(({ name }) => keysOf(name, 'Topic')), false)
  const taken = new Set<number>()
  const found = new Map<string, EntityRef>()
  for (const { name, start, end } of spans) {
    const entities = keysOf(name, 'Topic').flatMap((key) => known.get(key) ?? []).filter((entity) => fits(entity, name, 'Topic'))
    const places = Array.from({ length: end - start }, (_, i) => start + i)
    if (entities.length === 0 || places.some((place) => taken.has(place))) continue
    for (const place of places) taken.add(place)
    for (const { alias, ...entity } of entities) found.set(entity.id, entity)
  }
  return [...found.values()]
}

/** Every run of words, the longest first, those of one length in the order of the text. */
const wordRuns = (words: string[]) => Array.from({ length: NAME_WORDS_MAX }, (_, shorter) => NAME_WORDS_MAX - shorter).flatMap((length) =>
  words.slice(0, Math.max(0, words.length - length + 1)).map((_, start) => ({ start, end: start + length, name: words.slice(start, start + length).join(' ') })))
