import { adjacency, type Adjacency } from '../learned/adjacency.js'

/** Who has what: a line is a user, then the items, in the order in which they came where the file keeps one. Items are numbered as they are met. */
export interface Pairs { items: Map<string, number>, lists: Map<string, Uint32Array> }
/** `timed`: the lists are in the order of time. */
export interface TimedPairs extends Pairs { timed: boolean }

/** Ids as numbers; `items` of an earlier file are numbered alike. */
export function numbered (pairs: Map<string, string[]>, items = new Map<string, number>()): Pairs {
  return { items, lists: new Map([...pairs].map(([user, ids]) => [user, Uint32Array.from(ids, (id) => number(items, id))])) }
}

function number (items: Map<string, number>, name: string): number {
  const held = items.get(name)
  if (held !== undefined) return held
  items.set(name, items.size)
  return items.size - 1
}

/** A user's line is in the order of time unless nearly all lines ascend by the numbers in the file: then it tells of nothing. */
export function ordered ({ items, lists }: Pairs): boolean {
  const names = [...items.keys()]
  const value = (item: number) => Number.isNaN(Number(names[item])) ? names[item]! : Number(names[item])
  const long = [...lists.values()].filter((list) => list.length >= 5)
  const ascending = long.filter((list) => list.every((item, i) => i === 0 || value(list[i - 1]!) < value(item)))
  return ascending.length < 0.5 * long.length
}

/** Lists in an order of chance, the same for the same seed. */
export function shuffled (lists: Map<string, Uint32Array>, seed: number): Map<string, Uint32Array> {
  let state = seed
  const chance = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0 // Numerical Recipes
    return Math.floor(state / 4294967296 * n)
  }
  return new Map([...lists].map(([user, list]) => {
    const copy = list.slice()
    for (let i = copy.length - 1; i > 0; i--) {
      const j = chance(i + 1);
      [copy[i], copy[j]] = [copy[j]!, copy[i]!]
    }
    return [user, copy]
  }))
}

/** Hides the end of each list, which is what is to be foretold. Something stays with everyone. */
export function cut (lists: Map<string, Uint32Array>, share: number): { kept: Map<string, Uint32Array>, hidden: Map<string, Uint32Array> } {
  const at = (list: Uint32Array) => Math.max(1, list.length - Math.round(share * list.length))
  return {
    kept: new Map([...lists].map(([user, list]) => [user, list.subarray(0, at(list))])),
    hidden: new Map([...lists].filter(([, list]) => at(list) < list.length).map(([user, list]) => [user, list.subarray(at(list))]))
  }
}

/** The users first, then the items, in one numbering; `timed`: the place in a list is when the edge came to be. */
export function graphOf (users: Map<string, number>, itemCount: number, lists: Map<string, Uint32Array>, timed: boolean): Adjacency & { when: Float64Array } {
  const count = [...lists.values()].reduce((sum, list) => sum + list.length, 0)
  const edges = { from: new Uint32Array(count), to: new Uint32Array(count), weight: new Float64Array(count).fill(1), when: new Float64Array(count) }
  let at = 0
  for (const [user, list] of lists) {
    for (const [place, item] of list.entries()) {
      edges.from[at] = users.get(user)!
      edges.to[at] = users.size + item
      edges.when[at++] = timed ? place : 0
    }
  }
  return adjacency(users.size + itemCount, edges)
}
