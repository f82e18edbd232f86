import type { Prior, Weights } from '../../models/affinity.js'

/**
 * What each term of the score is worth, in one place; a request may give its own, and every answer returns those it used.
 * The terms before weighting: `direct`, `shared`, `goal`, `trend` and `conflict` are sums over facts of at most about 1.44 each,
 * `audience` and the likenesses lie in [0, 1], `feedback` is 1 for whom the seeker accepted, `walk` is what walks of three steps bring, shared out at each.
 */
export const WEIGHTS: Readonly<Weights> = {
  direct: 1,
  shared: 1,
  goal: 1.5,
  audience: 1,
  trend: 1,
  walk: 1,
  similarity: 1,
  goalSimilarity: 1,
  feedback: 1,
  conflict: 2
}

/**
 * The walk's exponents: what a fact lends is divided by degree^a of what is shared and degree^b of who shares it; what is known of the seeker
 * is divided by (1 + how much of it is newer)^fade. RP3beta has a = b = 1, fade = 0 and loses by it; chosen on hidden training pairs of Gowalla,
 * see benchmarks/NOTES.md.
 */
export const WALK = { a: 0.7, b: 0.7, fade: 0.7 } as const

/** The bounds of one request. */
export const BOUNDS = {
  seeds: 500, // facts about the seeker
  degreeMax: 1000, // a hub links everyone to everyone
  viaFacts: 10_000, // in finding who shares a neighbor: those neighbors first that lend most, until they have so many facts together
  firstFacts: 2000, // the same for the seeds that the walk sets out from
  breadth: 400, // others whom the walk goes on from, the strongest first,
  secondFacts: 4000, // and from nobody more when they have so many facts together: nearer ones tell more than many
  candidates: 200, // of each way of finding them
  nearest: 50, // SPEC: top_k of members
  wantedReasons: 5 // told one by one in a summary
} as const

/** What the queries of the walk take beside the seeker. */
export const walkSettings = (prior: Prior) => {
  const { degreeMax, firstFacts, breadth, secondFacts } = BOUNDS
  const { a, b, fade } = WALK
  return { a, b, fade, degreeMax, firstFacts, breadth, secondFacts, prior }
}
