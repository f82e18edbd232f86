import type { Label } from '../../models/vocabulary.js'
import type { GraphArrays } from './arrays.js'
import { priorAt } from './prior.js'
import { reach, type Walking } from './reach.js'
import { labelBits, Most } from './scratch.js'

type AskingWalk = Walking & { labels: Label[], candidateIds: string[], limit: number }

const most = new Most()

/** Walks of three steps from the seeds, as `affinity/walk` defines them. */
export function walk (arrays: GraphArrays, asking: AskingWalk) {
  const { ends } = reach(arrays, asking)
  const prior = priorAt(arrays, asking.prior)
  const { labels, ids } = arrays
  const wanted = labelBits(asking.labels)
  most.ready(asking.limit)
  const offer = (n: number, brought: number) => {
    if (brought * prior.highest < most.least || !(wanted >> labels[n]! & 1)) return
    const value = brought * prior.at(n)
    if (value >= most.least && arrays.mayBeSeen(n, asking.viewerId)) most.offer(n, value)
  }
  if (asking.candidateIds.length === 0) {
    const { keys, values, touched, size } = ends
    for (let i = 0; i < size; i++) offer(keys[touched[i]!]! - 1, values[touched[i]!]!)
  } else {
    for (const id of asking.candidateIds) {
      const n = arrays.numbers.get(id)
      if (n !== undefined) offer(n, ends.of(n))
    }
  }
  const { nodes, sizes } = most.take(ids)
  const rows: { id: string, label: Label, name: string, value: number }[] = []
  for (let i = 0; i < nodes.length; i++) {
    const { id, label, name } = arrays.nodeAt(nodes[i]!)
    rows.push({ id, label, name, value: sizes[i]! })
  }
  return rows
}
