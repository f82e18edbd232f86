/** Averages over the users that have a test item; coverage over everyone's lists. */
export interface Figures { recall: number, ndcg: number, coverage: number, users: number }

/** Of ids and scores, the k best; ties break by the smaller index, so that the order never flickers. `scores`: one per candidate, −∞ where not to be listed. */
export function topK (scores: ArrayLike<number>, k: number): number[] {
  const best: number[] = []
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!
    if (score === -Infinity || (best.length === k && score <= scores[best[k - 1]!]!)) continue
    let at = best.length
    while (at > 0 && scores[best[at - 1]!]! < score) at--
    best.splice(at, 0, i)
    if (best.length > k) best.pop()
  }
  return best
}

/**
 * Recall@k = hits / |test|, and NDCG@k with binary relevance and the ideal over min(k, |test|), of one list: the definitions of
 * He et al., "LightGCN", SIGIR 2020. Something must be wanted.
 */
export function meritsOf (list: readonly number[], wanted: ReadonlySet<number>, k: number): { recall: number, ndcg: number } {
  const hits = list.slice(0, k).map((item) => wanted.has(item))
  return {
    recall: hits.filter(Boolean).length / wanted.size,
    ndcg: hits.reduce((sum, hit, place) => sum + (hit ? discount(place) : 0), 0) / ideal(Math.min(k, wanted.size))
  }
}

/** The averages of both, one list at a time, so that nothing of the size users × items is ever held. */
export function meter (k: number, candidates: number) {
  const listed = new Set<number>()
  let [recall, ndcg, users] = [0, 0, 0]
  return {
    add (list: readonly number[], wanted: ReadonlySet<number>): void {
      for (const item of list) listed.add(item)
      if (wanted.size === 0) return
      const merits = meritsOf(list, wanted, k)
      recall += merits.recall
      ndcg += merits.ndcg
      users++
    },
    figures: (): Figures => ({ recall: recall / Math.max(1, users), ndcg: ndcg / Math.max(1, users), coverage: listed.size / Math.max(1, candidates), users })
  }
}

const discount = (place: number) => 1 / Math.log2(place + 2)

function ideal (count: number): number {
  let sum = 0
  for (let place = 0; place < count; place++) sum += discount(place)
  return sum
}
