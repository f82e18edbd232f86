import type { Change } from '../graph/changes.js'
import { placeLine, type Place } from '../graph/documents.js'
import type { Reads } from '../graph/graph.js'
import { breaks } from '../turns.js'
import { GraphArrays, type FactRow, type NodeRow } from './arrays.js'
import { idWords } from './fact-id.js'
import { secondsOf } from './said.js'

const PAGE = 2_000

/** A tenant's graph as it is in Neo4j, page by page. What is written meanwhile may be in it or not. */
export async function readWhole (graph: Reads, tenantId: string): Promise<GraphArrays> {
  const arrays = new GraphArrays()
  const page = (name: string) => (after: string) => graph.read<never>(name, { tenantId, after, limit: PAGE })
  for await (const row of pages<NodeRow>(page('projection/nodes'), ({ id }) => id)) arrays.putNode(row)
  for await (const { subject, facts } of pages<{ subject: string, facts: FactRow[] }>(page('projection/facts'), ({ subject }) => subject)) {
    appendFacts(arrays, subject, facts)
  }
  await arrays.layOut()
  return arrays
}

function appendFacts (arrays: GraphArrays, subject: string, facts: FactRow[]): void {
  const n = arrays.numbers.get(subject)
  if (n === undefined) return // written after the nodes were read: what follows brings it
  for (const [objectId, factId, observedAt, ...said] of facts) {
    const object = arrays.numbers.get(objectId!)
    if (object !== undefined) arrays.appendFact(n, object, idWords(factId!), arrays.saidNumber(said), secondsOf(observedAt!))
  }
}

async function * pages<T> (read: (after: string) => Promise<object[]>, idOf: (row: T) => string): AsyncGenerator<T> {
  const pause = breaks()
  for (let after = ''; ;) {
    const rows = await read(after) as T[]
    for (const row of rows) {
      yield row
      await pause()
    }
    if (rows.length < PAGE) return
    after = idOf(rows.at(-1)!)
  }
}

export interface FoundFact { subject: string, fact: FactRow }
interface Read { ids: string[], nodes: NodeRow[], places: Place[], facts: FoundFact[] }

/** Makes the arrays say of these nodes and places what was read of them; what was not found is gone. */
export function takeIn (arrays: GraphArrays, { ids, nodes, places, facts }: Read): void {
  for (const node of nodes) arrays.putNode(node)
  for (const { subject, fact } of facts) {
    const n = arrays.numbers.get(subject)
    if (n !== undefined && arrays.numbers.has(fact[0]!)) arrays.putFact(n, fact)
  }
  const held = new Set(facts.map(({ fact }) => fact[1]!))
  for (const { subject, factId, object } of places) {
    const gone = held.has(factId) ? null : arrays.factBetween(subject, factId, object)
    if (gone !== null) arrays.removeFact(gone)
  }
  const there = new Set(nodes.map(({ id }) => id))
  for (const id of ids) if (!there.has(id)) arrays.removeNode(id)
}

/** What the facts say after the last of the changes; null where a note does not say it. */
export function saidIn (changes: Change[]): FoundFact[] | null {
  const found = new Map<string, FoundFact>()
  for (const { facts, said } of changes) {
    if (said === '') return null
    for (const place of facts) found.delete(place)
    for (const one of JSON.parse(said) as FoundFact[]) found.set(placeLine({ subject: one.subject, factId: one.fact[1]!, object: one.fact[0]! }), one)
  }
  return [...found.values()]
}
