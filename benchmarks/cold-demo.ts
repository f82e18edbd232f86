import { loadConfig } from '../engine/config.js'
import { shuffled } from '../engine/evaluate/cold.js'
import { meter, topK, type Figures as Quality } from '../engine/evaluate/metrics.js'
import { canonicalKey } from '../engine/extraction/canonical.js'
import { extract } from '../engine/extraction/extract.js'
import { openEmbedder } from '../engine/index/embed.js'
import { readWorld, type World } from '../seeds/read.js'
import { bench } from './bench.js'

// Somebody has words and no edges: are the brands that they will work with found by their text, by the facts in it, or by both?
// Members are hidden a fifth at a time, each once. The weight of the facts is chosen on the other four fifths.
// Two truths that neither text nor facts name: whom a member partnered with, and the brands of the same industry.

const FOLDS = 5
const WEIGHTS = [0.125, 0.25, 0.5, 1, 2, 4, 8]
type Scores = Float64Array[]

await bench('cold-demo', async ({ size, report }) => {
  const world = readWorld()
  const members = world.members.slice(0, size('members', { smoke: 20, full: world.members.length }))
  const embedder = await openEmbedder({ ...loadConfig(), embedder: 'hashed' })
  const text = await byText(world, members, (texts) => embedder.embed(texts))
  await embedder.close()
  const facts = byFacts(world, members)
  for (const [truth, wanted] of Object.entries({ partner: partnersOf(world, members), industry: sameIndustry(world, members) })) {
    const all = members.map((_, m) => m).filter((m) => wanted[m]!.size > 0)
    const [best, weight] = crossed(text, facts, wanted, all)
    const told = { text: quality(text, wanted, all), facts: quality(facts, wanted, all), both: best }
    report({ [`${truth}Members`]: all.length, [`${truth}WeightOfFacts`]: weight })
    for (const [evidence, { recall, ndcg }] of Object.entries(told)) report({ [`${truth}Recall10${evidence}`]: recall, [`${truth}Ndcg10${evidence}`]: ndcg })
  }
})

/** Cosine of what one is and what one says, or of what either looks for and what the other is, whichever is more. */
async function byText (world: World, members: World['members'], embed: (texts: string[]) => Promise<Float32Array[]>): Promise<Scores> {
  const vectors = async (some: { profile: string, goals: string }[]) =>
    ({ profile: await embed(some.map(({ profile }) => profile)), goals: await embed(some.map(({ goals }) => goals)) })
  const [own, brands] = [await vectors(members), await vectors(world.brands)]
  return members.map((_, m) => Float64Array.from(world.brands, (_, b) => Math.max(0, cosine(own.profile[m]!, brands.profile[b]!)) +
    Math.max(0, cosine(own.goals[m]!, brands.profile[b]!), cosine(own.profile[m]!, brands.goals[b]!))))
}

/** Cosine of the things that either's facts are about, the rare ones counting more; what is turned down counts against. */
function byFacts (world: World, members: World['members']): Scores {
  const told = [...members, ...world.brands].map(factsOf)
  const spread = new Map<string, number>()
  for (const facts of told) for (const thing of facts.keys()) spread.set(thing, (spread.get(thing) ?? 0) + 1)
  const rows = told.map((facts) => new Map([...facts].map(([thing, sign]) => [thing, sign * Math.log(told.length / spread.get(thing)!)])))
  return rows.slice(0, members.length).map((row) => Float64Array.from(world.brands, (_, b) => alike(row, rows[members.length + b]!)))
}

/** The objects of somebody's facts and their words: 1, or −1 where it is turned down. */
function factsOf ({ name, profile, goals }: { name: string, profile: string, goals: string }): Map<string, number> {
  const things = new Map<string, number>()
  for (const { object, polarity } of [profile, goals].flatMap((text) => extract(text, { owner: name }).triples)) {
    const key = canonicalKey(object, 'Topic')
    for (const thing of [key, ...key.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length > 2)) things.set(thing, polarity === '-' ? -1 : 1)
  }
  return things
}

function alike (left: Map<string, number>, right: Map<string, number>): number {
  const length = (row: Map<string, number>) => Math.hypot(...row.values()) || 1
  let sum = 0
  for (const [thing, value] of left) sum += value * (right.get(thing) ?? 0)
  return sum / (length(left) * length(right))
}

function cosine (left: Float32Array, right: Float32Array): number {
  let [dot, a, b] = [0, 0, 0]
  left.forEach((value, i) => {
    dot += value * right[i]!
    a += value * value
    b += right[i]! * right[i]!
  })
  return dot / (Math.sqrt(a * b) || 1)
}

/** Each fifth with the weight that serves the other four best; the figures are over all fifths, the weight is the middle one. */
function crossed (text: Scores, facts: Scores, wanted: Set<number>[], all: number[]): [Quality, number] {
  const order = shuffled(all, 1)
  const mixed = new Map(WEIGHTS.map((weight) => [weight, text.map((row, m) => row.map((value, b) => value + weight * facts[m]![b]!))]))
  const merged: Scores = [...text]
  const chosen: number[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = order.filter((_, at) => at % FOLDS !== fold)
    const worth = (weight: number) => quality(mixed.get(weight)!, wanted, others).ndcg
    const weight = WEIGHTS.reduce((best, next) => worth(next) > worth(best) ? next : best)
    chosen.push(weight)
    for (const m of order.filter((_, at) => at % FOLDS === fold)) merged[m] = mixed.get(weight)![m]!
  }
  return [quality(merged, wanted, all), chosen.sort((a, b) => a - b)[2]!]
}

function quality (scores: Scores, wanted: Set<number>[], some: number[]): Quality {
  const found = meter(10, scores[0]?.length ?? 0)
  for (const m of some) found.add(topK(scores[m]!, 10), wanted[m]!)
  return found.figures()
}

function partnersOf ({ brands, partnerships }: World, members: World['members']): Set<number>[] {
  const at = new Map(brands.map(({ id }, b) => [id, b]))
  return members.map(({ id }) => new Set(partnerships.filter(({ memberId }) => memberId === id).flatMap(({ brandId }) => at.get(brandId) ?? [])))
}

function sameIndustry ({ brands }: World, members: World['members']): Set<number>[] {
  return members.map(({ industry }) => new Set(brands.flatMap((brand, b) => brand.industry === industry ? [b] : [])))
}
