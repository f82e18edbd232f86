import { openCache } from '../engine/cache.js'
import { openDeals } from '../engine/deals/db.js'
import { deliverNext, type Deliver } from '../engine/deals/outbox.js'
import { deliverTo } from '../engine/desk/desk.js'
import { openEvents } from '../engine/events.js'
import { openGraph } from '../engine/graph/graph.js'

/**
 * A worker in a process of its own, for tests to kill: it delivers all that waits and ends, or dies on its n-th delivery, before the graph
 * learns of it (`before`), between the graph and the listeners (`between`), or before Postgres notes that it was done (`after`).
 */
const { url, neo4j, phase, nth } = JSON.parse(process.argv[2]!) as { url: string, neo4j: Parameters<typeof openGraph>[0], phase: string, nth: number }
const deals = openDeals(url)
const graph = openGraph(neo4j)
const cache = openCache(null)
const events = openEvents(graph, cache)

let count = 0
const die = (at: string) => { if (at === phase && count === nth) process.kill(process.pid, 'SIGKILL') }
const deliver = deliverTo(graph, async (...told) => {
  die('between')
  await events.emit(...told)
})
const dying: Deliver = async (row) => {
  count++
  die('before')
  await deliver(row)
  die('after')
}

while (await deliverNext(deals, dying));
await Promise.all([events.close(), deals.close(), graph.close(), cache.close()])
