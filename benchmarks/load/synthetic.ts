import { GraphArrays } from '../../engine/projection/arrays.js'

/** How large a graph is made, and from which seed. */
export interface SyntheticSize { members: number, edges: number, seed: number }

export const BRANDS = 0.3
/** Brands are chosen by Zipf's law with this exponent; creators have log-normal degrees. */
const ZIPF = 0.75
const SIGMA = 1
const CONFIDENCES = [1, 0.97, 0.93, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5]
const TRIES = 8

/** Creators and the brands that they work with, the same ones each time. Creators come first; popular brands lie anywhere. */
export async function synthetic ({ members, edges, seed }: SyntheticSize): Promise<GraphArrays> {
  const random = randomFrom(seed)
  const brands = Math.round(members * BRANDS)
  const creators = members - brands
  const arrays = new GraphArrays()
  arrays.reserve(members, edges)
  for (let i = 0; i < creators; i++) arrays.putNode(member(`member:creator-${i}`, 'Member', `Creator ${i}`))
  for (let i = 0; i < brands; i++) arrays.putNode(member(`brand:brand-${i}`, 'Brand', `Brand ${i}`))

  const says = CONFIDENCES.map((confidence) => arrays.saidNumber(partnered(confidence)))
  const place = shuffled(brands, random)
  const seenBy = new Int32Array(brands).fill(-1)
  const degrees = logNormal(creators, edges, random)
  for (let creator = 0; creator < creators; creator++) {
    for (let i = 0; i < degrees[creator]!; i++) {
      const brand = anotherBrand(creator, seenBy, random)
      if (brand === null) continue
      arrays.appendFact(creator, creators + place[brand]!, [random() * 2 ** 32, random() * 2 ** 32], says[Math.floor(random() * says.length)]!)
    }
  }
  await arrays.layOut()
  return arrays
}

const member = (id: string, label: 'Member' | 'Brand', name: string) => ({ id, label, name, visibleTo: null, momentum: null, stances: [] })

const partnered = (confidence: number) => ['PARTNERED_WITH', 'work with', '+', 'certain', String(confidence), String(confidence), '', '', 'w', '']

/** A brand that this creator does not have yet; after some tries none. */
function anotherBrand (creator: number, seenBy: Int32Array, random: () => number): number | null {
  for (let tries = 0; tries < TRIES; tries++) {
    const brand = Math.floor(seenBy.length * random() ** (1 / (1 - ZIPF)))
    if (seenBy[brand] === creator) continue
    seenBy[brand] = creator
    return brand
  }
  return null
}

/** Degrees that sum to about so many edges, each at least 1. */
function logNormal (count: number, edges: number, random: () => number): Uint32Array {
  const raw = Float64Array.from({ length: count }, () => Math.exp(SIGMA * normal(random)))
  const scale = edges / raw.reduce((sum, value) => sum + value, 0)
  return Uint32Array.from(raw, (value) => Math.max(1, Math.floor(value * scale + random())))
}

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

function shuffled (size: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, i) => i)
  for (let i = size - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1))
    const held = order[i]!
    order[i] = order[other]!
    order[other] = held
  }
  return order
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom (seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
