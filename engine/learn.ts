import type { EntityRef, Fact, Triple } from '../models/triple.js'
import { extract } from './extraction/extract.js'
import type { Graph } from './graph/graph.js'
import { ingest, INGEST_MAX, type Description, type Ingested } from './graph/ingest.js'
import { namesIn, toFacts } from './graph/link.js'

/** A text and whose words it is. `wishesFrom`: from this offset on it answers "who would you like to work with?". */
export interface Document {
  owner: EntityRef
  source: string
  text: string
  wishesFrom?: number
  observedAt?: string
  /** What the text says, where a person has corrected what would be extracted. */
  triples?: Triple[]
  /** The node that the text is, where it is one: what it names, it is about. */
  content?: EntityRef
}

/** What a person says in answer to the two questions, as one document. */
export function answersDocument (owner: EntityRef, profile: string, goals: string): Document {
  const first = profile.trim()
  return { owner, source: `${owner.id}/answers`, text: `${first}\n\n${goals.trim()}`, wishesFrom: first.length }
}

/** The triples of a document. In an answer to "who would you like to work with?" a bare "Brands that mend." is who is sought, not who one is. */
export function triplesOf ({ owner, text, wishesFrom = Infinity }: Document) {
  const extraction = extract(text, { owner: owner.name, ownerType: owner.label })
  return { ...extraction, triples: extraction.triples.map((triple) => triple.spans.sentence.start >= wishesFrom && isBare(triple) ? wished(triple) : triple) }
}

const isBare = (triple: Triple) => (triple.relation === 'IS_A' || triple.relation === 'INTERESTED_IN') && triple.spans.predicate === undefined && triple.spans.subject === undefined
const wished = (triple: Triple): Triple => ({ ...triple, predicate: 'look for', relation: 'SEEKS', modality: 'desired', objectType: 'Topic' })

export interface Lesson { descriptions?: Description[], documents?: Document[], facts?: Fact[] }
export type Learnt = Pick<Ingested, 'created' | 'merged' | 'duplicate' | 'version'>
export type LearnProgress = (progress: { phase: string, done: number, total: number }) => void
const DOCUMENTS_AT_ONCE = 50

/** Takes in what is told: who there is, then what the texts say of them, then facts as they are. Telling it twice changes nothing. */
export async function learn (graph: Graph, tenantId: string, lesson: Lesson, now: string, onProgress: LearnProgress = () => {}): Promise<Learnt> {
  const { descriptions = [], documents = [], facts = [] } = lesson
  const totals: Learnt = { created: 0, merged: 0, duplicate: 0, version: 0 }
  const take = async (some: Fact[], described: Description[] = []) => {
    const { created, merged, duplicate, version } = await ingest(graph, tenantId, some, described, { now })
    Object.assign(totals, { created: totals.created + created, merged: totals.merged + merged, duplicate: totals.duplicate + duplicate, version })
  }

  const readAll = async (phase: string, some: Document[], read: (document: Document) => Promise<Fact[]>) => {
    for (let i = 0; i < some.length; i += DOCUMENTS_AT_ONCE) {
      await take((await Promise.all(some.slice(i, i + DOCUMENTS_AT_ONCE).map(read))).flat())
      onProgress({ phase, done: Math.min(i + DOCUMENTS_AT_ONCE, some.length), total: some.length })
    }
  }

  if (descriptions.length > 0) await take([], descriptions)
  await readAll('texts', documents, (document) => statedFacts(graph, tenantId, document))
  await readAll('contents', documents.filter(({ content }) => content !== undefined), (document) => contentFacts(graph, tenantId, document))
  for (let i = 0; i < facts.length; i += INGEST_MAX) await take(facts.slice(i, i + INGEST_MAX))
  return totals
}

const statedFacts = (graph: Graph, tenantId: string, document: Document) =>
  toFacts(graph, tenantId, document.triples ?? triplesOf(document).triples, document)

const NAMED_CONFIDENCE = 0.8

/** A content was made by its owner and is about the things that it names, of all that texts have named by now. */
async function contentFacts (graph: Graph, tenantId: string, { owner, source, text, observedAt, content }: Document): Promise<Fact[]> {
  const common = { polarity: '+' as const, modality: 'certain' as const, source, importId: null, validFrom: null, validTo: null, observedAt: observedAt ?? null, properties: {} }
  const whole = { sentence: text, start: 0, end: text.length }
  const named = (await namesIn(graph, tenantId, text)).filter(({ label }) => label === 'Topic' || label === 'Trend' || label === 'Product')
  return [
    { ...common, ...whole, subject: owner, relation: 'CREATES', lemma: 'create', object: content!, confidence: 1 },
    ...named.map((object): Fact => ({ ...common, ...whole, subject: content!, relation: 'ABOUT', lemma: 'be about', object, confidence: NAMED_CONFIDENCE }))
  ]
}
