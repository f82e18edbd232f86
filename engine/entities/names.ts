import { breaks } from '../turns.js'

/** Two names of a list, by their places in it, and how alike they are. */
export interface Alike { one: number, other: number, similarity: number }

/** Names that share a trigram with more than so many others say nothing by it. */
const SHARED_MAX = 50
const PAIRS_MAX = 50_000

/** The trigrams of a normalised name, its words set apart by blanks, as PostgreSQL's pg_trgm takes them. */
export function trigrams (name: string): Set<string> {
  const found = new Set<string>()
  for (const word of name.split(/[^\p{L}\p{N}]+/u).filter(Boolean)) {
    const padded = `  ${word} `
    for (let i = 0; i + 3 <= padded.length; i++) found.add(padded.slice(i, i + 3))
  }
  return found
}

/**
 * Every two names whose trigrams have a Jaccard similarity of at least `least`, in (0, 1], without comparing all with all. Of two such sets
 * the prefixes meet, where tokens are ordered by rarity and the prefix of a set x has |x| − ⌈least · |x|⌉ + 1 of them (Chaudhuri, Ganti and
 * Kaushik 2006, "A primitive operator for similarity joins in data cleaning"; Xiao et al. 2008, "Efficient similarity joins"). Exact but for trigrams that
 * are in more than SHARED_MAX prefixes; it stops at PAIRS_MAX pairs.
 */
export async function alikeNames (names: string[], least: number): Promise<Alike[]> {
  const pause = breaks()
  const sets = numbered(names.map(trigrams))
  const index = new Map<number, number[]>()
  const met = new Int32Array(names.length).fill(-1) // by which name each was looked at last
  const found: Alike[] = []
  for (const [other, set] of sets.entries()) {
    await pause()
    if (found.length >= PAIRS_MAX) break
    const prefix = set.subarray(0, set.length - Math.ceil(least * set.length) + 1)
    for (const token of prefix) {
      for (const one of index.get(token) ?? []) {
        if (met[one] === other) continue
        met[one] = other
        const similarity = jaccard(sets[one]!, set, least)
        if (similarity >= least) found.push({ one, other, similarity })
      }
      addTo(index, token, other)
    }
  }
  return found
}

/** Each set as ascending numbers, where the rarest token is 0. */
function numbered (sets: Set<string>[]): Uint32Array[] {
  const counts = new Map<string, number>()
  for (const set of sets) for (const token of set) counts.set(token, (counts.get(token) ?? 0) + 1)
  const ranks = new Map([...counts].sort(([a, n], [b, m]) => n - m || (a < b ? -1 : 1)).map(([token], rank) => [token, rank]))
  return sets.map((set) => Uint32Array.from(set, (token) => ranks.get(token)!).sort())
}

function addTo (index: Map<number, number[]>, token: number, n: number): void {
  const list = index.get(token)
  if (list === undefined) index.set(token, [n])
  else if (list.length < SHARED_MAX) list.push(n)
}

/** 0 as soon as it cannot reach `least`: too many tokens are in one of the two only. */
function jaccard (a: Uint32Array, b: Uint32Array, least: number): number {
  const sum = a.length + b.length
  const aloneMax = sum - 2 * Math.ceil(sum * least / (1 + least) - 1e-9)
  let [i, j, shared] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    if (i + j - 2 * shared > aloneMax) return 0
    const [x, y] = [a[i]!, b[j]!]
    if (x <= y) i++
    if (y <= x) j++
    if (x === y) shared++
  }
  return shared / (sum - shared)
}
