import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../engine/config.js'
import { openEmbedder, type Embedder } from '../engine/index/embed.js'
import { exactSpace } from '../engine/index/exact.js'
import { hnswSpace, loadHnswlib, type HnswSpace } from '../engine/index/hnsw.js'
import { unit, type VectorSpace } from '../engine/index/space.js'
import { bench, type Figures } from './bench.js'

// From how many vectors on is the graph quicker than the scan, what does our care around hnswlib cost, and how many
// texts does an embedder take in a second? CPU milliseconds, not wall time: those hold on a busy machine, too.

type Addon = NonNullable<Awaited<ReturnType<typeof loadHnswlib>>>
type Graph = InstanceType<Addon['HierarchicalNSW']>

const DIMENSION = 384
const K = 50
const SIZES = [1_000, 10_000, 20_000, 50_000]
const ROUNDS = 41
/** A scan against itself is 1, give or take the noise of two measurements. */
const TARGETS = {
  wrappedPerRawSpeed: { least: 0.9 },
  enginePerScanSpeed1k: { least: 0.95 },
  enginePerScanSpeed10k: { least: 0.95 },
  enginePerScanSpeed20k: { least: 0.95 }
}

await bench('index', async ({ full, size, report }) => {
  const queries = clustered(size('queries', { smoke: 20, full: 300 }), 2)
  const largest = size('vectors', { smoke: 500, full: SIZES.at(-1)! })
  const vectors = clustered(largest, 1)

  const exact = exactSpace(DIMENSION)
  const hnswlib = await loadHnswlib()
  const graphs: Graph[] = []
  const hnsw = hnswlib && await hnswSpace(keeping(hnswlib, graphs), DIMENSION, undefined, { exactBelow: 1 })
  for (const count of full ? SIZES : [largest]) {
    const name = `${count / 1_000}k`
    for (let i = exact.size; i < count; i++) exact.add(`v${i}`, vectors[i]!)
    report({ [`exactMs${name}`]: cpuMs(queries, (query) => exact.search(query, K)) })
    if (!hnswlib || !hnsw) continue
    report(await grown(hnsw, exact, vectors.slice(0, count), queries, name))
    report({ [`enginePerScanSpeed${name}`]: await withGraph(hnsw, (file) => againstScan(hnswlib, hnsw, file, queries)) })
  }
  if (hnsw) report(againstRaw(graphs.at(-1)!, hnsw, queries))

  const texts = sentences(size('texts', { smoke: 40, full: 1_000 }))
  report({ hashedTextsPerSecond: await embedding(await openEmbedder({ ...loadConfig(), embedder: 'hashed' }), texts) })
  if (!hasWeights()) return report({ minilm: 'no weights' })
  report({ minilmTextsPerSecond: await embedding(await openEmbedder({ ...loadConfig(), embedder: 'minilm' }), texts) })
}, { targets: TARGETS })

async function grown (hnsw: VectorSpace, exact: VectorSpace, vectors: Float32Array[], queries: Float32Array[], name: string): Promise<Figures> {
  const before = hnsw.size
  const start = cpu()
  for (let i = before; i < vectors.length; i++) hnsw.add(`v${i}`, vectors[i]!)
  await hnsw.settle()
  const buildMs = cpu() - start
  const half = (id: string) => id.charCodeAt(id.length - 1) % 2 === 0
  let right = 0
  for (const query of queries) {
    const truth = new Set(exact.search(query, K).map(({ id }) => id))
    right += hnsw.search(query, K).filter(({ id }) => truth.has(id)).length
  }
  return {
    [`hnswMs${name}`]: cpuMs(queries, (query) => hnsw.search(query, K)),
    [`hnswHalfAllowedMs${name}`]: cpuMs(queries, (query) => hnsw.search(query, K, half)),
    [`recallAt50${name}`]: right / (K * queries.length),
    [`hnswAddMs${name}`]: buildMs / (vectors.length - before)
  }
}

/** The way that the engine would take over these vectors, against the scan of all. */
async function againstScan (hnswlib: Addon, hnsw: HnswSpace, file: string, queries: Float32Array[]): Promise<number> {
  const { ids, vectors } = hnsw.exact.rows()
  const engine = await hnswSpace(hnswlib, DIMENSION, exactSpace(DIMENSION, { ids: [...ids], vectors: vectors.slice() }), { saved: { file, labels: ids } })
  const some = queries.slice(0, 30)
  return speed(some, (query) => hnsw.exact.search(query, K), (query) => engine.search(query, K)).speed
}

/** The very same graph with the same ef, with and without what the wrapper does; both are given what an embedder makes and hnswlib does not take. */
function againstRaw (graph: Graph, hnsw: VectorSpace, queries: Float32Array[]): Figures {
  const { ofMs, ms, speed: ratio } = speed(queries, (query) => graph.searchKnn(toArray(query), K), (query) => hnsw.search(query, K))
  return { rawMs: ofMs, wrappedMs: ms, wrappedPerRawSpeed: ratio }
}

/** The addon; the graphs that are made with it are kept. */
function keeping (hnswlib: Addon, graphs: Graph[]): Addon {
  const HierarchicalNSW = class extends hnswlib.HierarchicalNSW {
    constructor (...given: ConstructorParameters<Addon['HierarchicalNSW']>) {
      super(...given)
      graphs.push(this)
    }
  }
  return { ...hnswlib, HierarchicalNSW }
}

/** How much quicker one search is than another. Rounds alternate, and of each the quickest counts: others on the machine only add to what is measured. */
function speed (queries: Float32Array[], of: (query: Float32Array) => unknown, search: (query: Float32Array) => unknown) {
  const rounds = Array.from({ length: ROUNDS }, () => ({ ofMs: cpuMs(queries, of), ms: cpuMs(queries, search) }))
  const [ofMs, ms] = [Math.min(...rounds.map(({ ofMs }) => ofMs)), Math.min(...rounds.map(({ ms }) => ms))]
  return { ofMs, ms, speed: ofMs / ms }
}

function toArray (vector: Float32Array): number[] {
  const numbers = new Array<number>(vector.length)
  for (let i = 0; i < vector.length; i++) numbers[i] = vector[i]!
  return numbers
}

/** The graph as a file, for as long as it is needed; nothing was removed from it, so its labels are the rows. */
async function withGraph<T> (hnsw: HnswSpace, act: (file: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'teraffi-'))
  try {
    await hnsw.writeGraph(join(dir, 'graph'))
    return await act(join(dir, 'graph'))
  } finally {
    await rm(dir, { recursive: true })
  }
}

async function embedding (embedder: Embedder, texts: string[]): Promise<number> {
  await embedder.embed(texts.slice(0, 2)) // the first run makes its plans
  const start = cpu()
  await embedder.embed(texts)
  const seconds = (cpu() - start) / 1_000
  await embedder.close()
  return texts.length / seconds
}

/** CPU milliseconds of one search. */
function cpuMs<T> (queries: T[], search: (query: T) => unknown): number {
  queries.slice(0, 10).forEach(search)
  const start = cpu()
  queries.forEach(search)
  return (cpu() - start) / queries.length
}

function cpu (): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function hasWeights (): boolean {
  const { modelDir, dataDir } = loadConfig()
  return existsSync(join(modelDir ?? join(dataDir, 'models'), 'Xenova/all-MiniLM-L6-v2/onnx/model.onnx'))
}

/** Points near a 32-dimensional sheet, in 200 clusters, as embeddings lie: isotropic noise has no neighbors to find. */
function clustered (count: number, seed: number): Float32Array[] {
  const same = normal(7)
  const latent = 32
  const sheet = Array.from({ length: latent }, () => Float32Array.from({ length: DIMENSION }, same))
  const centers = Array.from({ length: 200 }, () => Float32Array.from({ length: latent }, same))
  const next = normal(seed)
  return Array.from({ length: count }, () => {
    const center = centers[Math.floor(Math.abs(next()) * 1_000) % centers.length]!
    const point = center.map((x) => x + 0.7 * next())
    const vector = Float32Array.from({ length: DIMENSION }, () => 0.3 * next())
    sheet.forEach((axis, a) => axis.forEach((x, i) => { vector[i]! += point[a]! * x }))
    return unit(vector, DIMENSION)!
  })
}

function sentences (count: number): string[] {
  const words = 'she reviews trail running shoes and bakes bread for small brands that care about linen ceramics jazz tea'.split(' ')
  const next = normal(5)
  return Array.from({ length: count }, () => Array.from({ length: 16 }, () => words[Math.floor(Math.abs(next()) * 100) % words.length]).join(' '))
}

/** Seeded normal numbers (mulberry32, then Box and Muller). */
function normal (seed: number): () => number {
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0
    let x = Math.imul(seed ^ seed >>> 15, 1 | seed)
    x = (x + Math.imul(x ^ x >>> 7, 61 | x)) ^ x
    return (((x ^ x >>> 14) >>> 0) + 0.5) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}
