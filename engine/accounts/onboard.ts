import type { OnboardingRequest } from '../../models/affinity.js'
import type { Span, Triple } from '../../models/triple.js'
import type { Graph } from '../graph/graph.js'
import { readProfile, writeProfile } from './profile.js'

/** Two answers become the first and the third group of a profile, each with its share of what was understood of both. */
export async function writeAnswers (
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
