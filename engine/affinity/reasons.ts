import type { CitedFact, Reason, Term } from '../../models/affinity.js'
import { cite, told, type Told } from '../graph/cite.js'
import type { Scene } from './scene.js'
import type { Seeker } from './seeker.js'
import type { Part, Scored } from './terms.js'
import { BOUNDS } from './weights.js'

export type Explain = 'none' | 'summary' | 'full'
/** How much is told, and whether with the sentences behind it. */
export interface Telling { explain?: Explain, evidence?: boolean }
const TOLD: Record<Explain, number> = { none: 0, summary: BOUNDS.wantedReasons, full: 200 }

/** The reasons of each score: the strongest one by one with path, facts and sentences, the others of a term in one. Their values sum to the score. */
export async function reasons (scene: Scene, seeker: Seeker, best: Scored[], { explain = 'summary', evidence = false }: Telling): Promise<Reason[][]> {
  if (explain === 'none') return best.map(() => [])
  const cuts = best.map((one) => cut(one, TOLD[explain]))
  const named = cuts.flatMap(({ told }) => told.flatMap(({ steps }) => steps)).filter(({ factId }) => factId !== '')
  const facts: Map<string, CitedFact | Told> = await (evidence || explain === 'full' ? cite : told)(scene.graph, scene.tenantId, named, scene.viewerId)

  return best.map(({ candidate }, place) => {
    const nameOf = (id: string, { steps }: Part) => {
      if (id === candidate.id) return candidate.name
      return id === seeker.id ? seeker.name : steps.find(({ to }) => to === id)?.name ?? id
    }
    return [...cuts[place]!.told.map((part) => reason(part, (id) => nameOf(id, part), facts)), ...cuts[place]!.rest]
  })
}

/** The parts that are told one by one, strongest first, and one reason per term for what is left. */
function cut ({ parts, ways }: Scored, count: number): { told: Part[], rest: Reason[] } {
  const told = [...parts.filter(({ term }) => term !== 'walk'), ...ways].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, count)
  const left = new Map<Term, { parts: number, shown: number, value: number }>()
  for (const { term, value } of parts) {
    const held = left.get(term)
    if (held === undefined) left.set(term, { parts: 1, shown: 0, value })
    else {
      held.parts++
      held.value += value
    }
  }
  for (const { term, value } of told) {
    const held = left.get(term)!
    held.shown++
    held.value -= value
  }
  const rest = [...left].filter(([, { value }]) => Math.abs(value) >= ROUNDING)
    .map(([term, { parts, shown, value }]) => remainder(term, parts - shown, value, shown))
  return { told, rest }
}

const ROUNDING = 1e-12

function remainder (term: Term, left: number, value: number, shown: number): Reason {
  const count = term === 'walk' ? (shown > 0 ? 'all others' : 'all') : `${left}${shown > 0 ? ' more' : ''}`
  return { term, value, path: [], facts: [], text: `${KIND[term]}: ${count}.` }
}

const KIND: Record<Term, string> = {
  direct: 'Said of each other',
  shared: 'In common',
  goal: 'Wishes met',
  audience: 'Audiences in common',
  trend: 'Trends in common',
  walk: 'Ways round by others who have the same',
  similarity: 'Profiles that read alike',
  goalSimilarity: 'Wishes that read like profiles',
  feedback: 'Said by you',
  conflict: 'Between them'
}

type NameOf = (id: string) => string

function reason (part: Part, nameOf: NameOf, facts: Map<string, CitedFact | Told>): Reason {
  const cited = part.steps.flatMap(({ factId }) => facts.get(factId) ?? [])
  return { term: part.term, text: words(part, nameOf, cited), value: part.value, path: pathOf(part), facts: cited.filter((fact): fact is CitedFact => 'id' in fact) }
}

/** Node, fact, node, …; it begins where the graph does, so words that stand for a seeker's fact are not in it. */
function pathOf ({ steps }: Part): string[] {
  const path: string[] = []
  for (const { from, to, factId } of steps) {
    if (factId === '') continue
    if (path.length === 0) path.push(from)
    path.push(factId, to)
  }
  return path
}

const OPENING: Partial<Record<Term, string>> = { goal: 'A wish met', trend: 'On one trend', audience: 'One audience', conflict: 'Against it' }

function words (part: Part, nameOf: NameOf, cited: Told[]): string {
  const percent = (value: number) => `${Math.round(100 * value)} %`
  if (part.term === 'similarity') return `Their profiles read alike (${percent(part.raw)}).`
  if (part.term === 'goalSimilarity') return `What one looks for reads like what the other is (${percent(part.raw)}).`
  if (part.term === 'feedback') return `${nameOf(part.steps[0]!.from)} accepted ${nameOf(part.steps[0]!.to)}${part.note ?? ''}.`
  const asked = part.steps.some(({ factId }) => factId === '') ? [`You ask for ${nameOf(part.steps[0]!.to)}`] : []
  const said = [...asked, ...cited.map((fact) => clause(fact, nameOf))].join('; ')
  const opening = OPENING[part.term]
  return opening === undefined ? `${said}.` : `${opening}: ${said}.`
}

/** "Mia Tran covers street food", "Tonwerk does not work with tobacco", "June would like to work with bakeries". */
function clause ({ subject, says, object }: Told, nameOf: NameOf): string {
  return `${nameOf(subject)} ${says} ${nameOf(object)}`
}
