import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { rank } from '../../engine/affinity/rank.js'
import type { Scene } from '../../engine/affinity/scene.js'
import { BOUNDS, WALK } from '../../engine/affinity/weights.js'
import { ANSWERS } from '../../engine/projection/answers.js'
import type { GraphArrays } from '../../engine/projection/arrays.js'
import { Lists } from '../../engine/projection/lists.js'
import { priorAt, priorOf, type Prior } from '../../engine/projection/prior.js'
import { percentile } from '../bench.js'
import { randomFrom, synthetic } from './synthetic.js'

// A process of its own, so that its memory is that of the graph and who serves it: makes the graph, measures, then serves discover over HTTP.

export interface ServerSize { members: number, edges: number, runs: number, seekers: number }
export interface ServerReady {
  port: number
  edges: number
  buildS: number
  listsS: number
  longestChunkMs: number
  found: number
  p50CpuUs: number
  p95CpuUs: number
  p99CpuUs: number
  overlap: number
  rankOverlap: number
}

const SEED = 42
const CHUNK_MS = 3
const TOP = 20
const DAY = '2026-11-01'
const NO_INDEX: Scene['index'] = { embed: async () => new Float32Array(8), vector: () => null, search: () => [], similarity: () => new Map() }

const size = JSON.parse(process.argv[2]!) as ServerSize

let started = performance.now()
const arrays = synthetic({ ...size, seed: SEED })
const prior = priorOf(arrays)
const buildS = since(started)
started = performance.now()
const lists = new Lists(arrays, { b: WALK.b, degreeMax: BOUNDS.degreeMax }, priorAt(arrays, prior))
const longestChunkMs = await settle(lists)
const listsS = since(started)

const served = sceneOn(arrays, lists, prior)
const exact = sceneOn(arrays, null, prior)
const someone = (random: () => number) => arrays.ids[Math.floor(random() * arrays.nodes)]!
const discover = (scene: Scene, memberId: string, limit: number) => rank({ ...scene, viewerId: memberId }, { memberId, limit })

const cpu = await cpuOf(size.runs)
const overlaps = await overlapOf(size.seekers)

const server = createServer((request, response) => {
  if (request.url === '/memory') return response.end(JSON.stringify({ rss: process.memoryUsage().rss, peakRss: process.resourceUsage().maxRSS * 1024 }))
  void discover(served, arrays.ids[Number(request.url!.slice(1)) % arrays.nodes]!, 10).then(({ data }) => {
    const body = JSON.stringify(data)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
  })
})
server.listen(0, '127.0.0.1', () => {
  const ready: ServerReady = { port: (server.address() as AddressInfo).port, edges: arrays.liveFacts, buildS, listsS, longestChunkMs, ...cpu, ...overlaps }
  process.send!(ready)
})
process.on('disconnect', () => process.exit())

function since (start: number): number {
  return (performance.now() - start) / 1000
}

/** Makes all lists a little at a time, as the projection does, and says how long the event loop had to wait at most. */
async function settle (lists: Lists): Promise<number> {
  let longest = 0
  while (!lists.settled) {
    const start = performance.now()
    lists.work(CHUNK_MS)
    longest = Math.max(longest, performance.now() - start)
    await turn()
  }
  return longest
}

function sceneOn (arrays: GraphArrays, lists: Lists | null, prior: Prior): Scene {
  return {
    graph: { read: async <T extends object>(name: string, parameters: object) => ANSWERS[name]!(arrays, parameters as never, lists) as T[] },
    index: NO_INDEX,
    tenantId: 'scale',
    now: DAY,
    viewerId: '',
    prior
  }
}

/** CPU of one discover, after as many to warm up. Other threads of the process (garbage collection) count. */
async function cpuOf (runs: number) {
  const random = randomFrom(SEED + 1)
  for (let i = 0; i < runs; i++) await discover(served, someone(random), 10)
  const us: number[] = []
  let found = 0 // reported, so that finding less cannot pass for being faster
  for (let i = 0; i < runs; i++) {
    const memberId = someone(random)
    const before = process.cpuUsage()
    found += (await discover(served, memberId, 10)).data.length
    const { user, system } = process.cpuUsage(before)
    us.push(user + system)
  }
  return { found, p50CpuUs: percentile(us, 50), p95CpuUs: percentile(us, 95), p99CpuUs: percentile(us, 99) }
}

/** How many of the exact top 20 are in the top 20 by lists: of the walk alone, and of the whole answer. */
async function overlapOf (seekers: number) {
  const random = randomFrom(SEED + 2)
  let [overlap, rankOverlap] = [0, 0]
  for (let i = 0; i < seekers; i++) {
    const memberId = someone(random)
    overlap += shared(walked(memberId, null), walked(memberId, lists))
    const [all, listed] = [await discover(exact, memberId, TOP), await discover(served, memberId, TOP)]
    rankOverlap += shared(all.data.map(({ id }) => id), listed.data.map(({ id }) => id))
  }
  return { overlap: overlap / seekers, rankOverlap: rankOverlap / seekers }
}

function shared (exact: string[], listed: string[]): number {
  return exact.length === 0 ? 1 : exact.filter((id) => listed.includes(id)).length / exact.length
}

function walked (seekerId: string, by: Lists | null): string[] {
  const common = { seekerId, viewerId: seekerId, now: DAY, degreeMax: BOUNDS.degreeMax }
  const rows = ANSWERS['affinity/seeds']!(arrays, { ...common, entityId: seekerId, limit: BOUNDS.seeds } as never, by)
  const seeds = Object.fromEntries(rows.map((row) => [row.id, [{ ...row, share: 0 }]]))
  const asking = { ...common, seeds, labels: ['Member', 'Brand'], candidateIds: [], breadth: BOUNDS.breadth, ...WALK, prior, limit: TOP }
  return ANSWERS['affinity/walk']!(arrays, asking as never, by).map(({ id }) => id as string)
}
