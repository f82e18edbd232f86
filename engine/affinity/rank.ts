import type { Affinity, DiscoverRequest, Term, Weights } from '../../models/affinity.js'
import { kindOf } from '../../models/vocabulary.js'
import { candidates, labelsOf, stillThere, type Candidate, type Reached } from './candidates.js'
import { reasons, type Telling } from './reasons.js'
import type { Scene } from './scene.js'
import { readSeeker, type Seeker } from './seeker.js'
import { accepted, direct, likeness, paths, pathSums, total, walk, walkPaths, type Part, type Parts, type Scored } from './terms.js'
import { WEIGHTS } from './weights.js'

/** `order`: the ids of all that may be listed, best first; `data` tells of the first of them. */
export interface Ranked { data: Affinity[], order: string[], weights: Weights, fallback: string | null }

/** The k entities closest to a seeker, each with its reasons. */
export async function rank (scene: Scene, request: DiscoverRequest): Promise<Ranked> {
  const { limit = 10, minScore = Number.MIN_VALUE } = request
  const weights: Weights = { ...WEIGHTS, ...request.weights }
  const labels = labelsOf(request.kinds)
  const seeker = await readSeeker(scene, request)
  const found = await walk(scene, seeker, labels, await candidates(scene, seeker, request))
  const scores = await scoresOf(scene, seeker, found, weights, labels)

  const listed = found.map((candidate, i) => ({ candidate, score: scores[i]! })).filter(({ score }) => score >= minScore).sort(byScore)
  const shown = listed.slice(0, limit).map(({ candidate }) => candidate)
  const best = await account(scene, seeker, shown, weights, labels)
  best.sort(byScore) // two may have been equal but for rounding
  const data = await answers(scene, seeker, best, request)
  return { data, order: listed.map(({ candidate }) => candidate.id), weights, fallback: fallbackOf(seeker, best) }
}

interface Listed { candidate: Candidate, score: number }
/** Ties break by id, so the order never flickers. */
const byScore = (a: Listed, b: Listed) => b.score - a.score || (a.candidate.id < b.candidate.id ? -1 : 1)

interface Page { ranked: Omit<Ranked, 'order'>, taken: number }
/** Further ones of an order that was given before: those who may still be seen, as they score now. `taken` counts those that were passed over too. */
export async function rankThese (scene: Scene, request: DiscoverRequest, order: string[], before: number): Promise<Page> {
  const seeker = await readSeeker(scene, request)
  const these = await stillThere(scene, seeker, request, order)
  const page = these.slice(0, request.limit ?? 10)
  const weights: Weights = { ...WEIGHTS, ...request.weights }
  const labels = labelsOf(request.kinds)
  const scored = await account(scene, seeker, await walk(scene, seeker, labels, { candidates: page, complete: false }), weights, labels)
  const data = await answers(scene, seeker, scored, request, before)
  const taken = page.length < these.length ? order.indexOf(page.at(-1)!.id) + 1 : order.length
  return { ranked: { data, weights, fallback: fallbackOf(seeker, scored) }, taken }
}

/** The full account of one pair, whether or not the candidate would be in a list. */
export async function explainPair (scene: Scene, request: { member: string, target: Candidate }): Promise<Ranked> {
  const seeker = await readSeeker(scene, { memberId: request.member })
  const labels = [request.target.label]
  const scored = await account(scene, seeker, await walk(scene, seeker, labels, { candidates: [request.target], complete: false }), WEIGHTS, labels)
  return { data: await answers(scene, seeker, scored, { explain: 'full' }), order: [request.target.id], weights: WEIGHTS, fallback: null }
}

/** The score of each of the found, and no more. Every candidate meets every term, whichever side found it; only then do scores compare. */
async function scoresOf (scene: Scene, seeker: Seeker, found: Reached[], weights: Weights, labels: string[]): Promise<number[]> {
  const ids = found.map(({ id }) => id)
  const sums = await pathSums(scene, seeker, labels, ids)
  const scores = found.map(({ value }) => value * weights.walk)
  let places: Map<string, number> | null = null
  const add = (id: string, term: Term, value: number) => {
    places ??= new Map(ids.map((id, i) => [id, i]))
    scores[places.get(id)!]! += value * weights[term]
  }
  for (const parts of [direct(seeker, ids), likeness(scene, seeker, ids), accepted(seeker, ids)]) {
    for (const [id, each] of parts) for (const { term, value } of each) add(id, term, value)
  }
  for (const { id, term, value } of sums) add(id, term, value)
  return scores
}

/** What each score is made of, part by part. */
async function account (scene: Scene, seeker: Seeker, found: Reached[], weights: Weights, labels: string[]): Promise<Scored[]> {
  const ids = found.map(({ id }) => id)
  const [twoSteps, ways] = await Promise.all([paths(scene, seeker, labels, ids), walkPaths(scene, seeker, ids)])
  const others: Parts[] = [direct(seeker, ids), twoSteps, likeness(scene, seeker, ids), accepted(seeker, ids)]
  const weighed = (part: Part): Part => {
    part.value *= weights[part.term]
    return part
  }
  return found.map((candidate) => {
    const mine = ways.get(candidate.id) ?? []
    const parts = [...others.flatMap((term) => term.get(candidate.id) ?? []), walkPart(candidate.value, mine)].map(weighed).filter(({ value }) => value !== 0)
    return { candidate, parts, score: total(parts), ways: weights.walk === 0 ? [] : mine.map(weighed) }
  })
}

/** As sure as its strongest ways are. */
function walkPart (value: number, ways: Part[]): Part {
  return { term: 'walk', value, raw: value, confidence: ways.length === 0 ? null : sureness(ways), steps: [] }
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
