/** Two names of a list, by their places in it, and how alike they are. */
export interface Alike { one: number, other: number, similarity: number }

/** Names that share a rarer trigram with more than so many others say nothing by it. */
const SHARED_MAX = 500

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
 * Kaushik 2006, "A primitive operator for similarity joins in data cleaning"; Bayardo, Ma and Srikant 2007). Exact but for trigrams that
 * more than SHARED_MAX prefixes begin with.
 */
export function alikeNames (names: string[], least: number): Alike[] {
  const sets = names.map(trigrams)
  const counts = new Map<string, number>()
  for (const set of sets) for (const token of set) counts.set(token, (counts.get(token) ?? 0) + 1)
  const byRarity = (a: string, b: string) => counts.get(a)! - counts.get(b)! || (a < b ? -1 : 1)
  const index = new Map<string, number[]>()
  const found: Alike[] = []
  sets.forEach((set, other) => {
    const prefix = [...set].sort(byRarity).slice(0, set.size - Math.ceil(least * set.size) + 1)
    const met = new Set(prefix.flatMap((token) => index.get(token) ?? []))
    for (const one of met) {
      const similarity = jaccard(sets[one]!, set)
      if (similarity >= least) found.push({ one, other, similarity })
    }
    for (const token of prefix) addTo(index, token, other)
  })
  return found
}

function addTo (index: Map<string, number[]>, token: string, n: number): void {
  const list = index.get(token)
  if (list === undefined) index.set(token, [n])
  else if (list.length < SHARED_MAX) list.push(n)
}

function jaccard (a: Set<string>, b: Set<string>): number {
  let shared = 0
  for (const token of a) shared += b.has(token) ? 1 : 0
  return shared / (a.size + b.size - shared)
}
