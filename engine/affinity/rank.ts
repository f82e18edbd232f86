import type { Affinity, DiscoverRequest, Weights } from '../../models/affinity.js'
import { kindOf } from '../../models/vocabulary.js'
import { candidates, labelsOf, stillThere, type Candidate, type Found } from './candidates.js'
import { reasons, type Telling } from './reasons.js'
import type { Scene } from './scene.js'
import { readSeeker, type Seeker } from './seeker.js'
import { accepted, direct, likeness, paths, total, walk, type Part, type Parts, type Scored } from './terms.js'
import { WEIGHTS } from './weights.js'

/** `order`: the ids of all that may be listed, best first; `data` tells of the first of them. */
export interface Ranked { data: Affinity[], order: string[], weights: Weights, fallback: string | null }

/** The k entities closest to a seeker, each with its reasons. */
export async function rank (scene: Scene, request: DiscoverRequest): Promise<Ranked> {
  const seeker = await readSeeker(scene, request)
  const found = await candidates(scene, seeker, request)
  const weights: Weights = { ...WEIGHTS, ...request.weights }
  const scored = await score(scene, seeker, found, weights, labelsOf(request.kinds))

  const listed = scored
    .filter((one) => request.minScore === undefined ? one.score > 0 : one.score >= request.minScore)
    .sort((a, b) => b.score - a.score || (a.candidate.id < b.candidate.id ? -1 : 1)) // ties break by id, so the order never flickers
  const best = listed.slice(0, request.limit ?? 10)
  const data = await answers(scene, seeker, best, weights, request)
  return { data, order: listed.map(({ candidate }) => candidate.id), weights, fallback: fallbackOf(seeker, best) }
}

/** Further ones of an order that was given before: those who may still be seen, as they score now. `taken` counts those that were passed over too. */
export async function rankThese (scene: Scene, request: DiscoverRequest, order: string[], before: number): Promise<{ ranked: Omit<Ranked, 'order'>, taken: number }> {
  const seeker = await readSeeker(scene, request)
  const these = await stillThere(scene, seeker, request, order)
  const page = these.slice(0, request.limit ?? 10)
  const weights: Weights = { ...WEIGHTS, ...request.weights }
  const scored = await score(scene, seeker, { candidates: page, walked: { values: new Map(), complete: false } }, weights, labelsOf(request.kinds))
  const data = await answers(scene, seeker, scored, weights, request, before)
  const taken = page.length < these.length ? order.indexOf(page.at(-1)!.id) + 1 : order.length
  return { ranked: { data, weights, fallback: fallbackOf(seeker, scored) }, taken }
}

/** The full account of one pair, whether or not the candidate would be in a list. */
export async function explainPair (scene: Scene, request: { member: string, target: Candidate }): Promise<Ranked> {
  const seeker = await readSeeker(scene, { memberId: request.member })
  const found: Found = { candidates: [request.target], walked: { values: new Map(), complete: false } }
  const scored = await score(scene, seeker, found, WEIGHTS, [request.target.label])
  return { data: await answers(scene, seeker, scored, WEIGHTS, { explain: 'full' }), order: [request.target.id], weights: WEIGHTS, fallback: null }
}

/** Every candidate meets every term, whichever side found it; only then do scores compare. */
async function score (scene: Scene, seeker: Seeker, found: Found, weights: Weights, labels: string[]): Promise<Scored[]> {
  const ids = found.candidates.map(({ id }) => id)
  const terms: Parts[] = await Promise.all([
    direct(seeker, ids),
    paths(scene, seeker, ids),
    walk(scene, seeker, ids, labels, found.walked),
    likeness(scene, seeker, ids),
    accepted(seeker, ids)
  ])
  return found.candidates.map((candidate) => {
    const parts = terms.flatMap((term) => term.get(candidate.id) ?? [])
      .map((part) => ({ ...part, value: part.value * weights[part.term] }))
      .filter(({ value }) => value !== 0)
    return { candidate, parts, score: total(parts) }
  })
}

async function answers (scene: Scene, seeker: Seeker, best: Scored[], weights: Weights, telling: Telling, before = 0): Promise<Affinity[]> {
  const told = await reasons(scene, seeker, best, weights, telling)
  return best.map(({ candidate, score, parts }, place) => ({
    id: candidate.id,
    kind: kindOf(candidate.label),
    name: candidate.name,
    rank: before + place + 1,
    score,
    confidence: confidence(parts),
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
function confidence (parts: Part[]): number {
  const factual = parts.filter((part) => part.confidence !== null)
  const weight = factual.reduce((sum, { value }) => sum + Math.abs(value), 0)
  return weight === 0 ? 0 : Math.min(1, factual.reduce((sum, part) => sum + Math.abs(part.value) * part.confidence!, 0) / weight) // rounding
}

function fallbackOf (seeker: Seeker, best: Scored[]): string | null {
  if (best.length > 0) return null
  return seeker.seeds.size === 0 && seeker.profile === null && seeker.goals === null ? 'nothing is known of the seeker yet' : 'nobody scores above the least score'
}
