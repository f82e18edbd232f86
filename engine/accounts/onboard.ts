import type { Onboarding, OnboardingRequest } from '../../models/affinity.js'
import type { Span, Triple } from '../../models/triple.js'
import { EngineError } from '../errors.js'
import { entityRef } from '../extraction/canonical.js'
import type { Graph } from '../graph/graph.js'
import { survivors } from '../graph/survivors.js'
import { answersDocument, triplesOf } from '../learn.js'
import { readProfile, writeProfile } from './profile.js'

interface Told { name: string, answers: string[] }

/** What two answers say. */
export function understood (told: Told) {
  checkName(told.name)
  if (told.answers.some((answer) => answer.trim() === '')) throw new EngineError('invalid_argument', 'An answer is empty; a sentence is enough.')
  return triplesOf(documentOf(told))
}

const documentOf = ({ name, answers: [profile = '', goals = ''] }: Told) =>
  answersDocument(entityRef(name, 'Member'), profile, goals)

/** A name by which a person can be found; a pronoun or a row of dots is none. */
function checkName (name: string): void {
  if (/[\p{L}\p{N}]/u.test(name) && !/^\s*(?:i|me|you|we|us|he|she|it|they|them)\s*$/i.test(name)) return
  throw new EngineError('invalid_argument', `"${name}" is not a name; give the name that others know you by.`)
}

function checkSpans (triples: Triple[], text: string): void {
  const outside = triples.findIndex(({ spans }) => Object.values(spans).some((span) => span.start > span.end || span.end > text.length))
  if (outside !== -1) {
    throw new EngineError('invalid_argument', `A span of triple ${outside + 1} lies outside the answers; keep the spans as they were given.`)
  }
}

/** Writes what two answers say of a member, of the one of that name where none is given; a person's own `triples` go before what was understood. */
export async function takeAnswers (
  graph: Graph, tenantId: string, request: OnboardingRequest, { memberId, now }: { memberId?: string, now: string }
): Promise<Omit<Onboarding, 'firstMatches'>> {
  const { triples, unmapped } = understood(request)
  const accepted = request.triples ?? triples
  const { owner, text } = documentOf(request)
  checkSpans(accepted, text)
  const id = memberId ?? (await survivors(graph.read, tenantId, [owner.id])).get(owner.id)?.id ?? owner.id
  await writeAnswers(graph, tenantId, id, request, accepted, now)
  return { memberId: id, triples: accepted, unmapped }
}

/** Two answers become the first and the third group of a profile, each with its share of what was understood of both. */
async function writeAnswers (
  graph: Graph, tenantId: string, memberId: string, request: OnboardingRequest, understood: Triple[], now: string
): Promise<void> {
  const [about = '', goals = ''] = request.answers.map((answer) => answer.trim())
  const from = about.length + 2 // as `answersDocument` joins them
  const held = (await readProfile(graph, tenantId, memberId))?.groups.businessInfo
  const { type = held?.type ?? 'creator', industry = held?.industry } = request
  const told = (text: string) => text === '' ? {} : { about: text }

  await writeProfile(graph, tenantId, memberId, {
    basicInfo: { name: request.name, ...told(about) },
    businessInfo: { ...held, type, ...industry === undefined ? {} : { industry } },
    goals: told(goals)
  }, {
    now,
    triples: {
      basicInfo: understood.filter(({ spans }) => spans.sentence.start < from),
      goals: understood.filter(({ spans }) => spans.sentence.start >= from).map((triple) => moved(triple, -from))
    }
  })
}

function moved (triple: Triple, by: number): Triple {
  const spans = Object.entries(triple.spans).map(([part, { start, end }]: [string, Span]) => [part, { start: start + by, end: end + by }])
  return { ...triple, spans: Object.fromEntries(spans) as Triple['spans'] }
}
