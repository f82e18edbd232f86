import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { priorOf } from '../../engine/projection/prior.js'
import { percentile } from '../bench.js'
import { randomFrom, synthetic } from './synthetic.js'
import { matches, walked } from './terms.js'

// A process of its own, so that its memory is that of the graph and of serving it: makes the graph, measures, then answers over HTTP.

export interface ServerSize { members: number, edges: number, runs: number, seekers: number }
export type ServerReady = Record<'port' | 'edges' | 'buildS' | 'found' | 'p50CpuUs' | 'p95CpuUs' | 'p99CpuUs' | 'overlap' | 'rankOverlap', number>

const SEED = 42
const LIMIT = 10
const TOP = 20

const size = JSON.parse(process.argv[2]!) as ServerSize
const started = performance.now()
const arrays = await synthetic({ ...size, seed: SEED })
const prior = priorOf(arrays)
const buildS = (performance.now() - started) / 1000
const served = { arrays, prior, exact: false }
const exact = { arrays, prior, exact: true }

const figures = { edges: arrays.liveFacts, buildS, ...cpuOf(size.runs), ...overlapOf(size.seekers) }

const server = createServer((request, response) => {
  const asked = request.url!.slice(1)
  const body = JSON.stringify(asked === 'memory' ? memory() : matches(served, arrays.ids[Number(asked) % arrays.nodes]!, LIMIT))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
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
function cpuOf (runs: number) {
  const someone = seekersFrom(SEED + 1)
  for (let i = 0; i < runs; i++) matches(served, someone(), LIMIT)
  const us: number[] = []
  let found = 0 // reported, so that finding less cannot pass for being faster
  for (let i = 0; i < runs; i++) {
    const seeker = someone()
    const before = process.cpuUsage()
    found += matches(served, seeker, LIMIT).length
    const { user, system } = process.cpuUsage(before)
    us.push(user + system)
  }
  return { found, p50CpuUs: percentile(us, 50), p95CpuUs: percentile(us, 95), p99CpuUs: percentile(us, 99) }
}

/** How many of the exact top 20 are in the top 20 that is served: of the walk alone, and of the sums of all graph terms. */
function overlapOf (seekers: number) {
  const someone = seekersFrom(SEED + 2)
  let [overlap, rankOverlap] = [0, 0]
  for (let i = 0; i < seekers; i++) {
    const seeker = someone()
    overlap += shareOf(walked(exact, seeker, TOP), walked(served, seeker, TOP))
    rankOverlap += shareOf(matches(exact, seeker, TOP).map(({ id }) => id), matches(served, seeker, TOP).map(({ id }) => id))
  }
  return { overlap: overlap / seekers, rankOverlap: rankOverlap / seekers }
}

function shareOf (expected: string[], got: string[]): number {
  return expected.length === 0 ? 1 : expected.filter((id) => got.includes(id)).length / expected.length
}
