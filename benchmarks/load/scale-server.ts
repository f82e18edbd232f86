import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { discoverIn } from '../../engine/evaluate/served.js'
import { priorOf } from '../../engine/projection/prior.js'
import { percentile } from '../bench.js'
import { randomFrom, synthetic } from './synthetic.js'
import { plainly, UNBOUNDED } from './terms.js'

// A process of its own, so that its memory is that of the graph and of serving it: makes the graph, measures, then answers over HTTP.

export interface ServerSize { members: number, edges: number, runs: number, seekers: number }
export type ServerReady = Record<'port' | 'edges' | 'buildS' | 'found' | 'p50CpuUs' | 'p95CpuUs' | 'p99CpuUs' | 'overlap' | 'overlapUnbounded', number>

const SEED = 42
const LIMIT = 10
const TOP = 20

const size = JSON.parse(process.argv[2]!) as ServerSize
const started = performance.now()
const arrays = await synthetic({ ...size, seed: SEED })
const prior = priorOf(arrays)
const buildS = (performance.now() - started) / 1000
const graph = { arrays, prior }
const discover = discoverIn(arrays, prior)
const matches = async (memberId: string, limit: number) => (await discover({ memberId, limit, kinds: ['member', 'brand'] })).data

const figures = { edges: arrays.liveFacts, buildS, ...await cpuOf(size.runs), ...await overlapOf(size.seekers) }

const server = createServer((request, response) => {
  const asked = request.url!.slice(1)
  const answer = asked === 'memory' ? Promise.resolve(memory()) : matches(arrays.ids[Number(asked) % arrays.nodes]!, LIMIT)
  answer.then((found) => {
    const body = JSON.stringify(found)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
  }, (error: Error) => response.writeHead(500).end(error.message))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const ready: ServerReady = { port: (server.address() as AddressInfo).port, ...figures }
  process.send!(ready)
})
process.on('disconnect', () => process.exit())

function memory () {
  return { rss: process.memoryUsage().rss, peak: process.resourceUsage().maxRSS * 1024 }
}

function seekersFrom (seed: number): () => string {
  const random = randomFrom(seed)
  return () => arrays.ids[Math.floor(random() * arrays.nodes)]!
}

/** CPU of one answer, after as many to warm up. Other threads of the process (garbage collection) count. */
async function cpuOf (runs: number) {
  const someone = seekersFrom(SEED + 1)
  for (let i = 0; i < runs; i++) await matches(someone(), LIMIT)
  const us: number[] = []
  let found = 0 // reported, so that finding less cannot pass for being faster
  for (let i = 0; i < runs; i++) {
    const seeker = someone()
    const before = process.cpuUsage()
    found += (await matches(seeker, LIMIT)).length
    const { user, system } = process.cpuUsage(before)
    us.push(user + system)
  }
  return { found, p50CpuUs: percentile(us, 50), p95CpuUs: percentile(us, 95), p99CpuUs: percentile(us, 99) }
}

/** How many of the exact top 20 are served; and how many of the top 20 of another score, whose walk is not bounded to the nearest. */
async function overlapOf (seekers: number) {
  const someone = seekersFrom(SEED + 2)
  let [overlap, overlapUnbounded] = [0, 0]
  for (let i = 0; i < seekers; i++) {
    const seeker = someone()
    const got = (await matches(seeker, TOP)).map(({ id }) => id)
    overlap += shareOf(plainly(graph, seeker, TOP), got)
    overlapUnbounded += shareOf(plainly(graph, seeker, TOP, UNBOUNDED), got)
  }
  return { overlap: overlap / seekers, overlapUnbounded: overlapUnbounded / seekers }
}

function shareOf (expected: string[], got: string[]): number {
  return expected.length === 0 ? 1 : expected.filter((id) => got.includes(id)).length / expected.length
}
