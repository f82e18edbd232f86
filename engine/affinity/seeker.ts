import type { DiscoverRequest } from '../../models/affinity.js'
import type { Stance } from '../../models/feedback.js'
import type { Fact } from '../../models/triple.js'
import type { Label } from '../../models/vocabulary.js'
import { EngineError } from '../errors.js'
import { mayKnow } from '../graph/cite.js'
import { namesIn, toFacts } from '../graph/link.js'
import { resolve, evidenceLine } from '../graph/evidence.js'
import { extract } from '../extraction/extract.js'
import { tokens } from '../extraction/tokens.js'
import { stances } from './feedback.js'
import type { Scene } from './scene.js'
import { BOUNDS } from './weights.js'

/** One thing that is known of the seeker, from the graph (`factId`) or from the words of the request (`factId` is ''). */
export interface Seed {
  id: string
  label: Label
  name: string
  factId: string
  weight: number // in [−1, 1], negative where the seeker shuns it
  confidence: number
  wish: boolean
  share: number // of the seeker's audiences, where this is one
  newer: number // how much else that is known was observed later
}

/** From whom the score is seen: a node, words, or a node with words. */
export interface Seeker {
  id: string // '' where only words are given
  name: string
  seeds: Map<string, Seed[]>
  /** The same as a parameter of the queries. */
  told: Record<string, Seed[]>
  profile: Float32Array | null
  goals: Float32Array | null
  /** Where the seeker stands towards those met before, by their id. */
  stances: Map<string, Stance>
}

/** Reads what is known of the seeker, from the graph and from the words of the request. */
export async function readSeeker (scene: Scene, { memberId, query, goals = [] }: DiscoverRequest): Promise<Seeker> {
  const words = [query ?? '', ...goals].join('\n').trim()
  if (memberId === undefined && words === '') throw new EngineError('invalid_argument', 'Say who is looking (memberId) or what for (query or goals).')
  const [node, asked] = await Promise.all([
    memberId === undefined ? readNobody(scene) : readNode(scene, memberId),
    words === '' ? NOTHING : readWords(scene, words)
  ])
  const telling = [...node.seeds, ...asked.seeds].filter(({ name }) => name.length > GENERIC_LONGEST || !GENERIC.has(name.toLowerCase()))
  shareAudiences(telling)
  return { ...node, ...byId(telling), goals: asked.goals ?? node.goals }
}

/** Names that say nothing of who has them. */
const GENERIC = new Set(
  'people person someone anyone creator creators brand brands partner partners company thing things work content channel'.split(' '))

const GENERIC_LONGEST = Math.max(...[...GENERIC].map(({ length }) => length))

type Known = Omit<Seeker, 'seeds' | 'told'> & { seeds: Seed[] }
const NOBODY: Known = { id: '', name: 'You', seeds: [], profile: null, goals: null, stances: new Map() }
const NOTHING = { seeds: [], goals: null }

/** Who looks by words alone is nobody to the score; whom they do not want to see stays unseen. */
async function readNobody ({ graph, tenantId, now, viewerId }: Scene): Promise<Known> {
  const given = viewerId === '' ? [] : await stances(graph, tenantId, viewerId, now)
  return { ...NOBODY, stances: new Map(given.filter(({ type }) => type !== 'accept').map((stance) => [stance.targetId, stance])) }
}

async function readWords (scene: Scene, words: string): Promise<{ seeds: Seed[], goals: Float32Array }> {
  const [seeds, goals] = await Promise.all([seedsOfWords(scene, words), scene.index.embed(words)])
  return { seeds, goals }
}

async function readNode ({ graph, index, tenantId, now, viewerId }: Scene, entityId: string): Promise<Known> {
  const [[entity], rows, given] = await Promise.all([
    graph.read<{ name: string, visibleTo: string[] | null }>('affinity/profiles', { tenantId, ids: [entityId] }),
    graph.read<Seed>('affinity/seeds', { tenantId, entityId, viewerId, now, limit: BOUNDS.seeds }),
    stances(graph, tenantId, entityId, now)
  ])
  if (entity === undefined || !mayKnow(viewerId, entity)) throw new EngineError('not_found', `There is no entity "${entityId}"; a search by words (query) finds names.`)
  return {
    id: entityId,
    name: entity.name,
    seeds: rows,
    profile: index.vector('profile', entityId),
    goals: index.vector('goals', entityId),
    stances: new Map(given.map((stance) => [stance.targetId, viewerId === entityId ? stance : { ...stance, reason: null }])) // why is their own affair
  }
}

/** A name in a request is taken for a wish, a little less sure than a statement. */
const WEIGHT_OF_NAME = 0.8

/** Words after which nothing in the sentence is asked for, and words that turn all of it down, whether or not the extraction understood. */
const DENIES = new RegExp('\\b(?:no|non|not|none|nobody|nothing|never|without|except|excluding|exclude|nor|neither|but|avoid\\w*|less|fewer|zero|minus|against|' +
  'hates?|dislikes?|leave|skip|instead|rather|beyond|spare|keep|anti|\\w+n[\'’]t)\\b.*', 'is')
const REFUSES = /\b(?:tired|sick|allergic|haters?|no-go|excluded|free of|away|no thanks|other than|enough|done with|over with|banned|forbidden)\b/i

/** Of a request, the words that may name what is asked for. Losing a wish is a lesser harm than granting a refusal. */
const unrefused = (words: string) => words.split(/[.!;]+/).filter((sentence) => !REFUSES.test(sentence)).map((sentence) => sentence.replace(DENIES, '')).join('. ')

/** What words ask for: the statements extracted from them, and every known name in them. All of it is wished. */
async function seedsOfWords ({ graph, tenantId, now }: Scene, words: string): Promise<Seed[]> {
  const { triples } = extract(words, { owner: 'You' })
  const owner = { id: '', label: 'Member' as const, name: 'You' }
  const facts = await toFacts(graph, tenantId, triples.filter((triple) => triple.subject === 'You'), { owner, source: 'request', text: words })
  const stated = facts.map((fact): Seed => ({ ...fact.object, factId: '', weight: weightOf(fact, now), confidence: fact.confidence, wish: true, share: 0, newer: 0 }))
  const named = (await namesIn(graph, tenantId, unrefused(words).split('\n').map(withoutVerbs).join('\n')))
    .map((entity): Seed => ({ ...entity, factId: '', weight: WEIGHT_OF_NAME, confidence: WEIGHT_OF_NAME, wish: true, share: 0, newer: 0 }))
  const told = new Set(stated.map((seed) => seed.id))
  return [...stated, ...named.filter((seed) => !told.has(seed.id))]
}

/** What is asked for is named by nouns: "runs a bookshop" asks for no run. Gerunds stay, since mending is a thing as well. */
const withoutVerbs = (text: string) => tokens(text).reduceRight((rest, { tag, start, end }) =>
  /^VB[DPZ]?$/.test(tag) ? `${rest.slice(0, start)};${rest.slice(end)}` : rest, text)

const weightOf = (fact: Fact, now: string) => resolve([evidenceLine({ ...fact, modality: 'certain' }, now)], fact.relation).weight

/** Each audience is an equal share of the seeker's audiences. */
function shareAudiences (seeds: Seed[]): void {
  const audiences = new Set(seeds.filter(({ label, weight }) => label === 'Demographic' && weight > 0).map(({ id }) => id))
  for (const seed of seeds) seed.share = audiences.has(seed.id) ? 1 / audiences.size : 0
}

function byId (all: Seed[]): Pick<Seeker, 'seeds' | 'told'> {
  const seeds = new Map<string, Seed[]>()
  const told: Seeker['told'] = {}
  for (const seed of all) {
    const held = seeds.get(seed.id)
    if (held !== undefined) held.push(seed)
    else seeds.set(seed.id, told[seed.id] = [seed])
  }
  return { seeds, told }
}
