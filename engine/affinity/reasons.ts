import type { CitedFact, Reason, Term, Weights } from '../../models/affinity.js'
import { cite, told, type Told } from '../graph/cite.js'
import type { Scene } from './scene.js'
import type { Seeker } from './seeker.js'
import { total, walkPaths, type Part, type Scored } from './terms.js'
import { BOUNDS } from './weights.js'

export type Explain = 'none' | 'summary' | 'full'
/** How much is told, and whether with the sentences behind it. */
export interface Telling { explain?: Explain, evidence?: boolean }
const TOLD: Record<Explain, number> = { none: 0, summary: BOUNDS.wantedReasons, full: 200 }

/** The reasons of each score: the strongest one by one with path, facts and sentences, the others of a term in one. Their values sum to the score. */
export async function reasons (scene: Scene, seeker: Seeker, best: Scored[], weights: Weights, { explain = 'summary', evidence = false }: Telling): Promise<Reason[][]> {
  if (explain === 'none') return best.map(() => [])
  const ways = await strongestWalks(scene, seeker, best, weights)
  const cuts = best.map((one) => cut(one, ways.get(one.candidate.id) ?? [], TOLD[explain]))
  const named = cuts.flatMap(({ told }) => told.flatMap(({ steps }) => steps)).filter(({ factId }) => factId !== '')
  const facts: Map<string, CitedFact | Told> = await (evidence || explain === 'full' ? cite : told)(scene.graph, scene.tenantId, named, scene.viewerId)

  return best.map(({ candidate }, place) => {
    const names: Record<string, string> = { [seeker.id]: seeker.name, [candidate.id]: candidate.name }
    return [...cuts[place]!.told.map((part) => reason(part, { ...names, ...part.names }, facts)), ...cuts[place]!.rest]
  })
}

async function strongestWalks (scene: Scene, seeker: Seeker, best: Scored[], weights: Weights): Promise<Map<string, Part[]>> {
  const ids = best.filter(({ parts }) => parts.some(({ term }) => term === 'walk')).map(({ candidate }) => candidate.id)
  if (ids.length === 0) return new Map()
  const raw = await walkPaths(scene, seeker, ids)
  return new Map([...raw].map(([id, parts]) => [id, parts.map((part) => ({ ...part, value: part.value * weights.walk }))]))
}

/** The parts that are told one by one, strongest first, and one reason per term for what is left. */
function cut ({ parts }: Scored, ways: Part[], count: number): { told: Part[], rest: Reason[] } {
  const told = [...parts.filter(({ term }) => term !== 'walk'), ...ways].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, count)
  const terms = [...new Set(parts.map(({ term }) => term))]
  const rest = terms.flatMap((term) => {
    const all = parts.filter((part) => part.term === term)
    const shown = told.filter((part) => part.term === term)
    const left = all.length - shown.length
    const value = total(all) - total(shown)
    return Math.abs(value) < ROUNDING ? [] : [remainder(term, left, value, shown.length)]
  })
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

function reason (part: Part, names: Record<string, string>, facts: Map<string, CitedFact | Told>): Reason {
  const cited = part.steps.flatMap(({ factId }) => facts.get(factId) ?? [])
  return { term: part.term, text: words(part, names, cited), value: part.value, path: pathOf(part), facts: cited.filter((fact): fact is CitedFact => 'id' in fact) }
}

/** Node, fact, node, …; it begins where the graph does, so words that stand for a seeker's fact are not in it. */
function pathOf ({ steps }: Part): string[] {
  const known = steps.filter(({ factId }) => factId !== '')
  return known.length === 0 ? [] : [known[0]!.from, ...known.flatMap(({ factId, to }) => [factId, to])]
}

const OPENING: Partial<Record<Term, string>> = { goal: 'A wish met', trend: 'On one trend', audience: 'One audience', conflict: 'Against it' }

function words (part: Part, names: Record<string, string>, cited: Told[]): string {
  const percent = (value: number) => `${Math.round(100 * value)} %`
  if (part.term === 'similarity') return `Their profiles read alike (${percent(part.raw)}).`
  if (part.term === 'goalSimilarity') return `What one looks for reads like what the other is (${percent(part.raw)}).`
  if (part.term === 'feedback') return `${names[part.steps[0]!.from]} accepted ${names[part.steps[0]!.to]}${part.note ?? ''}.`
  const asked = part.steps.some(({ factId }) => factId === '') ? [`You ask for ${names[part.steps[0]!.to]}`] : []
  const said = [...asked, ...cited.map((fact) => clause(fact, names))].join('; ')
  const opening = OPENING[part.term]
  return opening === undefined ? `${said}.` : `${opening}: ${said}.`
}

/** "Mia Tran covers street food", "Tonwerk does not work with tobacco", "June would like to work with bakeries". */
export function clause ({ subject, says, object }: Told, names: Record<string, string>): string {
  return `${names[subject] ?? subject} ${says} ${names[object] ?? object}`
}
