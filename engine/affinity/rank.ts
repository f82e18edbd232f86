import type { Affinity, DiscoverRequest, Term, Weights } from '../../models/affinity.js'
import { kindOf } from '../../models/vocabulary.js'
import { candidates, labelsOf, NOT_WALKED, stillThere, type Candidate, type Walked } from './candidates.js'
import { reasons, type Telling } from './reasons.js'
import type { Scene } from './scene.js'
import { readSeeker, type Seeker } from './seeker.js'
import { accepted, direct, likeness, paths, pathSums, total, walkPaths, walkValues, type Part, type Parts, type Scored } from './terms.js'
import { WEIGHTS } from './weights.js'

/** `order`: the ids of all that may be listed, best first; `data` tells of the first of them. */
export interface Ranked { data: Affinity[], order: string[], weights: Weights, fallback: string | null }

/** The k entities closest to a seeker, each with its reasons. */
export async function rank (scene: Scene, request: DiscoverRequest): Promise<Ranked> {
  const { limit = 10, minScore = Number.MIN_VALUE } = request
  const seeker = await readSeeker(scene, request)
  const found = await candidates(scene, seeker, request)
  const asking: Asking = { weights: { ...WEIGHTS, ...request.weights }, labels: labelsOf(request.kinds), walked: found.walked }
  const totals = await scores(scene, seeker, found.candidates, asking)

  const listed = found.candidates.map((candidate) => ({ candidate, score: totals.get(candidate.id) ?? 0 })).filter(({ score }) => score >= minScore).sort(byScore)
  const best = await account(scene, seeker, listed.slice(0, limit).map(({ candidate }) => candidate), asking)
  best.sort(byScore) // two that are equal but for rounding
  return { data: await answers(scene, seeker, best, request), order: listed.map(({ candidate }) => candidate.id), weights: asking.weights, fallback: fallbackOf(seeker, best) }
}

interface Asking { weights: Weights, labels: string[], walked: Walked }
interface Listed { candidate: Candidate, score: number }
/** Ties break by id, so the order never flickers. */
const byScore = (a: Listed, b: Listed) => b.score - a.score || (a.candidate.id < b.candidate.id ? -1 : 1)

/** Further ones of an order that was given before: those who may still be seen, as they score now. `taken` counts those that were passed over too. */
export async function rankThese (scene: Scene, request: DiscoverRequest, order: string[], before: number): Promise<{ ranked: Omit<Ranked, 'order'>, taken: number }> {
  const seeker = await readSeeker(scene, request)
  const these = await stillThere(scene, seeker, request, order)
  const page = these.slice(0, request.limit ?? 10)
  const weights: Weights = { ...WEIGHTS, ...request.weights }
  const scored = await account(scene, seeker, page, { weights, labels: labelsOf(request.kinds), walked: NOT_WALKED })
  const data = await answers(scene, seeker, scored, request, before)
  const taken = page.length < these.length ? order.indexOf(page.at(-1)!.id) + 1 : order.length
  return { ranked: { data, weights, fallback: fallbackOf(seeker, scored) }, taken }
}

/** The full account of one pair, whether or not the candidate would be in a list. */
export async function explainPair (scene: Scene, request: { member: string, target: Candidate }): Promise<Ranked> {
  const seeker = await readSeeker(scene, { memberId: request.member })
  const scored = await account(scene, seeker, [request.target], { weights: WEIGHTS, labels: [request.target.label], walked: NOT_WALKED })
  return { data: await answers(scene, seeker, scored, { explain: 'full' }), order: [request.target.id], weights: WEIGHTS, fallback: null }
}

/** The scores alone. Every candidate meets every term, whichever side found it; only then do scores compare. */
async function scores (scene: Scene, seeker: Seeker, candidates: Candidate[], { weights, labels, walked }: Asking): Promise<Map<string, number>> {
  const ids = candidates.map(({ id }) => id)
  const [sums, walks] = await Promise.all([pathSums(scene, seeker, ids), walkValues(scene, seeker, ids, labels, walked)])
  const scores = new Map<string, number>()
  const add = (id: string, term: Term, value: number) => { scores.set(id, (scores.get(id) ?? 0) + value * weights[term]) }
  for (const parts of [direct(seeker, ids), likeness(scene, seeker, ids), accepted(seeker, ids)]) {
    for (const [id, each] of parts) for (const { term, value } of each) add(id, term, value)
  }
  for (const { id, term, value } of sums) add(id, term, value)
  for (const [id, value] of walks) add(id, 'walk', value)
  return scores
}

/** What each score is made of, part by part. */
async function account (scene: Scene, seeker: Seeker, candidates: Candidate[], { weights, labels, walked }: Asking): Promise<Scored[]> {
  const ids = candidates.map(({ id }) => id)
  const [twoSteps, walks, ways] = await Promise.all([
    paths(scene, seeker, ids),
    walkValues(scene, seeker, ids, labels, walked),
    walkPaths(scene, seeker, ids)
  ])
  const others: Parts[] = [direct(seeker, ids), twoSteps, likeness(scene, seeker, ids), accepted(seeker, ids)]
  const weighed = (part: Part) => ({ ...part, value: part.value * weights[part.term] })
  return candidates.map((candidate) => {
    const { id } = candidate
    const walk = walkPart(walks.get(id) ?? 0, ways.get(id) ?? [])
    const parts = [...others.flatMap((term) => term.get(id) ?? []), walk].map(weighed).filter(({ value }) => value !== 0)
    return { candidate, parts, score: total(parts), ways: walk.value * weights.walk === 0 ? [] : (ways.get(id) ?? []).map(weighed) }
  })
}

/** As sure as its strongest ways are. */
function walkPart (value: number, ways: Part[]): Part {
  return { term: 'walk', value, raw: value, confidence: ways.length === 0 ? null : sureness(ways), steps: [], names: {} }
}

async function answers (scene: Scene, seeker: Seeker, best: Scored[], telling: Telling, before = 0): Promise<Affinity[]> {
  const told = await reasons(scene, seeker, best, telling)
  return best.map(({ candidate, score, parts }, place) => ({
    id: candidate.id,
    kind: kindOf(candidate.label),
    name: candidate.name,
    rank: before + place + 1,
    score,
    confidence: sureness(parts),
    components: components(parts),
    reasons: told[place]!,
    warnings: parts.some(({ term }) => term === 'conflict') ? ['One of the two shuns something that the other stands for; see the reasons of the term "conflict".'] : []
  }))
}

function components (parts: Part[]): Record<string, number> {
  const totals: Record<string, number> = {}
  for (const { term, value } of parts) totals[term] = (totals[term] ?? 0) + value
  return totals
}

/** How sure the facts behind a score are, weighed by what they lend to it; 0 where it rests on no fact. */
function sureness (parts: Part[]): number {
  const factual = parts.filter((part) => part.confidence !== null)
  const weight = factual.reduce((sum, { value }) => sum + Math.abs(value), 0)
  return weight === 0 ? 0 : Math.min(1, factual.reduce((sum, part) => sum + Math.abs(part.value) * part.confidence!, 0) / weight) // rounding
}

function fallbackOf (seeker: Seeker, best: Scored[]): string | null {
  if (best.length > 0) return null
  return seeker.seeds.size === 0 && seeker.profile === null && seeker.goals === null ? 'nothing is known of the seeker yet' : 'nobody scores above the least score'
}
