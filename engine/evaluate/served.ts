import type { DiscoverRequest, Prior } from '../../models/affinity.js'
import { rank, type Ranked } from '../affinity/rank.js'
import type { Scene } from '../affinity/scene.js'
import { ANSWERS } from '../projection/answers.js'
import { GraphArrays } from '../projection/arrays.js'
import { priorOf } from '../projection/prior.js'
import { meter, type Figures } from './metrics.js'
import { numbered, ordered } from './pairs.js'
import type { Pairs } from './read.js'

const NO_TEXTS: Scene['index'] = { embed: async () => new Float32Array(1), vector: () => null, search: () => [], similarity: () => new Map() }
const DAY = '2026-01-01' // facts here hold for ever

/** What `discover` answers from a graph in memory, without texts. */
export function discoverIn (arrays: GraphArrays, prior: Prior): (request: DiscoverRequest & { memberId: string }) => Promise<Ranked> {
  const graph: Scene['graph'] = { read: async (name, parameters) => ANSWERS[name]!(arrays, parameters as never) as never }
  return (request) => rank({ graph, index: NO_TEXTS, tenantId: 'memory', now: DAY, viewerId: request.memberId, prior }, request)
}

/** How good the lists are that `discover` serves when it knows the training pairs and nothing else. The test pairs choose nothing. */
export async function evaluateServed ({ train, test, k, onUser }: { train: Pairs, test: Pairs, k: number, onUser: (done: number) => void }): Promise<Figures> {
  const arrays = await arraysOf(train)
  const discover = discoverIn(arrays, priorOf(arrays))
  const numbers = new Map([...new Set([...train.values()].flat())].map((id, i) => [id, i]))
  const found = meter(k, numbers.size)
  for (const id of [...test.values()].flat()) if (!numbers.has(id)) numbers.set(id, numbers.size) // nobody has it: it can be wanted, but not found
  let done = 0
  for (const [user, wanted] of test) {
    const { order } = await discover({ memberId: `user:${user}`, kinds: ['item'], limit: 1, explain: 'none' })
    found.add(order.slice(0, k).map((id) => numbers.get(id.slice('item:'.length))!), new Set(wanted.map((id) => numbers.get(id)!)))
    onUser(++done)
  }
  return found.figures()
}

/** Where the lines are in the order of time, an item was seen after those before it. */
async function arraysOf (pairs: Pairs): Promise<GraphArrays> {
  const arrays = new GraphArrays()
  const put = (id: string, label: 'Member' | 'Item') =>
    arrays.numbers.get(id) ?? arrays.putNode({ id, label, name: id, visibleTo: null, momentum: null, stances: [] })
  const says = arrays.saidNumber(['HAS_AFFINITY_WITH', 'like', '+', 'certain', '1', '1', '', '', 'w', ''])
  const timed = ordered(numbered(pairs))
  let facts = 0
  for (const [user, items] of pairs) {
    const member = put(`user:${user}`, 'Member')
    for (const [place, item] of items.entries()) arrays.appendFact(member, put(`item:${item}`, 'Item'), [0, facts++], says, timed ? place + 1 : 0)
  }
  await arrays.layOut()
  return arrays
}
