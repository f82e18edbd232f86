import type { Description } from '../engine/graph/ingest.js'
import { answersDocument, type Document, type Lesson } from '../engine/learn.js'
import type { EntityRef, Fact } from '../models/triple.js'
import type { Label } from '../models/vocabulary.js'
import type { World } from './read.js'

/** The demo world as the engine is told it: who there is, what they say, and which partnerships there were. */
export function worldLesson (world: World): Lesson {
  const refs = new Map<string, EntityRef>([...refsOf(world.members, 'Member'), ...refsOf(world.brands, 'Brand')])
  return {
    descriptions: descriptions(world),
    documents: [
      ...[...world.members, ...world.brands].map(({ id, profile, goals }) => answersDocument(refs.get(id)!, profile, goals)),
      ...world.posts.map((post): Document => ({
        owner: refs.get(post.creatorId)!,
        source: post.id,
        text: post.text,
        observedAt: post.publishedAt,
        content: { id: post.id, label: 'Content', name: post.title }
      }))
    ],
    facts: world.partnerships.map((partnership) => partnershipFact(partnership, refs))
  }
}

const refsOf = (entities: { id: string, name: string }[], label: Label) => entities.map(({ id, name }) => [id, { id, label, name }] as const)

function descriptions (world: World): Description[] {
  const silent = { profile: null, goals: null, content: null }
  return [
    ...world.members.map(({ id, name, type, industry, profile, goals }) => ({ id, label: 'Member' as const, name, properties: { type, industry }, profile, goals, content: null })),
    ...world.brands.map(({ id, name, industry, market_cap: marketCap, profile, goals }) =>
      ({ id, label: 'Brand' as const, name, properties: { industry, market_cap: marketCap ?? null }, profile, goals, content: null })),
    ...world.trends.map(({ id, name, category, description }) => ({ id, label: 'Trend' as const, name, properties: { category, description }, ...silent })),
    ...world.demographics.map(({ id, name, ageBand, gender, language, region }) =>
      ({ id, label: 'Demographic' as const, name, properties: { ageBand, gender, language, region }, ...silent })),
    ...world.posts.map(({ id, title, type, genre, audience, publishedAt, text }) =>
      ({ id, label: 'Content' as const, name: title, properties: { title, type, genre, audience, publishedAt }, ...silent, content: text }))
  ]
}

/** A past partnership ended, so it excludes nobody; a current one has no end. */
function partnershipFact ({ memberId, brandId, from, to, outcome, note }: World['partnerships'][number], refs: Map<string, EntityRef>): Fact {
  return {
    subject: refs.get(memberId)!,
    relation: 'PARTNERED_WITH',
    lemma: 'partner with',
    object: refs.get(brandId)!,
    polarity: '+',
    modality: 'certain',
    confidence: 1,
    source: `agreement:${memberId}/${brandId}/${from}`,
    sentence: note,
    start: null,
    end: null,
    importId: null,
    validFrom: from,
    validTo: to,
    observedAt: from,
    properties: { stage: to === null ? 'execution' : 'completion', ...outcome === null ? {} : { outcome } }
  }
}
