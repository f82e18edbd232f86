import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { bench, percentile, type Bench, type Figures } from './bench.js'
import { capacityOf, latenciesAt, openClient } from './load/client.js'
import type { ServerReady, ServerSize } from './load/scale-server.js'
import { randomFrom } from './load/synthetic.js'

const SERVER = fileURLToPath(new URL('load/scale-server.ts', import.meta.url))
const CONNECTIONS = 16
const SIZES = [
  { name: '10k', members: 10_000, edges: 100_000 },
  { name: '100k', members: 100_000, edges: 1_000_000 },
  { name: '1M', members: 1_000_000, edges: 10_000_000 }
]
const SMOKE = [{ name: '300', members: 300, edges: 1_000 }, { name: '1k', members: 1_000, edges: 5_000 }]
const targets = { p99Ms1M: { most: 8 }, overlap1M: { least: 0.98 }, rssGb1M: { most: 1.5 }, slope: { most: 0.25 } }

// What do the graph terms of a discover cost in a graph a hundred times as large, and are they still the right ones? Synthetic graphs, of 30 %
// brands and 70 % creators, from a fixed seed. The slope is that of log(p99 CPU) over log(edges). Latency is measured at half the capacity.
await bench('scale', async (measure) => {
  const { full, size, report } = measure
  const runs = size('runs', { smoke: 50, full: 3_000 })
  const seekers = size('seekers', { smoke: 10, full: 500 })
  const points: { edges: number, cpu: number }[] = []
  const sizes = full ? SIZES : SMOKE
  for (const { name, members, edges } of sizes) {
    const { server, ready } = await start({ members, edges, runs, seekers })
    try {
      const { port, ...figures } = ready
      points.push({ edges: figures.edges, cpu: figures.p99CpuUs })
      report(named(figures, name))
      const largest = name === sizes.at(-1)!.name
      report(named(largest ? await load(measure, port, members) : await memory(port), name))
    } finally {
      server.disconnect()
    }
  }
  report({ slope: slopeOf(points) })
}, { targets })

function named (figures: Figures, size: string): Figures {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${key}${size}`, value]))
}

async function start (size: ServerSize): Promise<{ server: ChildProcess, ready: ServerReady }> {
  const server = fork(SERVER, [JSON.stringify(size)], { execArgv: ['--import', 'tsx'] })
  const ended = once(server, 'exit').then(() => { throw new Error('The server ended before it was ready.') })
  const [ready] = await Promise.race([once(server, 'message'), ended])
  ended.catch(() => {}) // in the end it does
  return { server, ready: ready as ServerReady }
}

/** How many a second are answered, how long they take at half of that, and the memory of the process that served them. */
async function load ({ size }: Bench, port: number, members: number): Promise<Figures> {
  const seconds = size('seconds', { smoke: 0.2, full: 10 })
  const random = randomFrom(7)
  const someone = () => `/${Math.floor(random() * members)}`
  const client = openClient(`http://127.0.0.1:${port}`, CONNECTIONS)
  try {
    await capacityOf(client, someone, seconds / 3) // to warm up
    const capacity = await capacityOf(client, someone, seconds)
    const ms = await latenciesAt(client, someone, { rate: capacity / 2, seconds, random })
    const [p50Ms, p95Ms, p99Ms] = [50, 95, 99].map((p) => percentile(ms, p)) as [number, number, number]
    return { capacityRps: capacity, answered: ms.length, p50Ms, p95Ms, p99Ms, ...await memory(port) }
  } finally {
    client.close()
  }
}

async function memory (port: number): Promise<Figures> {
  const client = openClient(`http://127.0.0.1:${port}`, 1)
  const { rss, peak } = JSON.parse(await client.ask('/memory')) as { rss: number, peak: number }
  client.close()
  return { rssGb: rss / 2 ** 30, peakRssGb: peak / 2 ** 30 }
}

/** By least squares, of the logarithms. */
function slopeOf (points: { edges: number, cpu: number }[]): number {
  const logs = points.map(({ edges, cpu }) => ({ x: Math.log(edges), y: Math.log(cpu) }))
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(logs.map((log) => log.x)), mean(logs.map((log) => log.y))]
  return mean(logs.map((log) => (log.x - x) * (log.y - y))) / mean(logs.map((log) => (log.x - x) ** 2))
}
