import type { GraphArrays } from './arrays.js'
import { holds } from './said.js'

/** Of a slot: the bits of the neighbor, and how far above them the code of the weight lies. */
export const NODE = 0xffffff
export const CODE = 24
/** Of the weights that must be asked of the fact. */
export const TO_ASK = 0xff

/** The weight of the fact in slot k, where it holds and may be known; else 0. Where the slot has a weight, that is it: only NaN must be asked. */
export function asked ({ slot, weights, fact, says, said }: GraphArrays, k: number, { now, viewerId }: { now: string, viewerId: string }): number {
  const w = weights[slot[k]! >>> CODE]!
  if (!Number.isNaN(w)) return w
  const one = said[says[fact[k]!]!]!
  return holds(one, now, viewerId) ? one.weight : 0
}
