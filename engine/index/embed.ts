import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Config } from '../config.js'
import { EngineError } from '../errors.js'
import { HASHED_DIMENSION, HASHED_ID, hashedEmbedding } from './hashed.js'

/** Turns texts into unit vectors; a text without a word becomes the zero vector. */
export interface Embedder {
  /** Name, precision and weights. Vectors of two ids never meet in one index. */
  id: string
  dimension: number
  /** What is off and how to mend it, in words; null when all is as it should be. */
  degraded: string | null
  embed: (texts: string[]) => Promise<Float32Array[]>
  close: () => Promise<void>
}

type Settings = Pick<Config, 'dataDir' | 'modelDir' | 'embedder'>
type Batch = (texts: string[]) => Promise<Float32Array[]>

const MODEL = 'Xenova/all-MiniLM-L6-v2'
const MODEL_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']
const DIMENSION = 384
const TOKENS_MAX = 256 // as sentence-transformers cuts; the library's own 512 gives other vectors for long texts
const CHARACTERS_MAX = 8_192 // far more than 256 tokens of any prose
const BATCH = 32
const QUERIES_CACHED = 1_000
const HUB_SILENCE_MS = 5_000
const HUB_TOTAL_MS = 180_000

/** MiniLM where its weights can be had; else, unless it was asked for by name, the hashed embedder, which says so. */
export async function openEmbedder (settings: Settings): Promise<Embedder> {
  if (settings.embedder === 'hashed') return hashed('hashed embedder (by setting)')
  try {
    return await minilm(settings)
  } catch (error) {
    const problem = `MiniLM could not be loaded (${firstLine(error)})`
    const remedy = 'run `npm run model`, or set TERAFFI_MODEL_DIR to a folder that holds ' + MODEL
    if (settings.embedder === 'minilm') throw new EngineError('unavailable', `${problem}; ${remedy}`, [], { cause: error })
    return hashed(`hashed embedder: texts are compared by their words, not their meaning, because ${problem}; ${remedy}`)
  }
}

function hashed (degraded: string): Embedder {
  const batch: Batch = async (texts) => texts.map(hashedEmbedding)
  return embedder(HASHED_ID, HASHED_DIMENSION, degraded, batch, async () => {})
}

async function minilm ({ dataDir, modelDir }: Settings): Promise<Embedder> {
  const models = modelDir ?? join(dataDir, 'models')
  const { AutoModel, AutoTokenizer, LogLevel, env, mean_pooling: meanPooling } = await import('@xenova/transformers')
  const isHere = MODEL_FILES.every((file) => existsSync(join(models, MODEL, file)))
  const local = isHere || modelDir !== null
  const from = local ? join(models, MODEL) : MODEL // a path, for the library remembers what it once failed to find under a name
  env.logLevel = LogLevel.ERROR
  env.localModelPath = models
  env.cacheDir = models // what the hub sends lies where the next start looks for it
  env.fetch = fetchWithLimits

  const tokenizer = await AutoTokenizer.from_pretrained(from, { local_files_only: local })
  const model = await AutoModel.from_pretrained(from, {
    local_files_only: local,
    dtype: 'fp32', // the vectors of int8 depend on the batch they are made in
    device: 'cpu',
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 } // more threads spin, and are slower on a busy machine
  })

  const batch: Batch = async (texts) => {
    const input = await tokenizer(texts.map(clean), { padding: true, truncation: true, max_length: TOKENS_MAX })
    const { last_hidden_state: states } = await model(input)
    const pooled = meanPooling(states, input.attention_mask).normalize(2, -1)
    const all = pooled.data as Float32Array
    return texts.map((text, i) => text.trim() === '' ? new Float32Array(DIMENSION) : all.slice(i * DIMENSION, (i + 1) * DIMENSION))
  }
  const id = `all-MiniLM-L6-v2/fp32/${(await checksum(join(models, MODEL, 'onnx/model.onnx'))).slice(0, 12)}`
  return embedder(id, DIMENSION, null, batch, async () => { await model.dispose() })
}

/** What both embedders share: batches of like length, a memory for queries, and a close that waits for what is running. */
function embedder (id: string, dimension: number, degraded: string | null, batch: Batch, dispose: () => Promise<void>): Embedder {
  const queries = new LRUCache<string, Float32Array>({ max: QUERIES_CACHED })
  const running = new Set<Promise<unknown>>()
  let closed = false

  const run = async (texts: string[]) => {
    if (closed) throw new EngineError('unavailable', 'The embedder is closed')
    const made = batch(texts)
    running.add(made)
    return made.finally(() => running.delete(made))
  }

  const embedOne = async (text: string) => {
    const vector = queries.get(text) ?? (await run([text]))[0]!
    queries.set(text, vector)
    return vector.slice()
  }

  const embedMany = async (texts: string[]) => {
    const vectors = new Array<Float32Array>(texts.length)
    const byLength = texts.map((_, i) => i).sort((a, b) => texts[a]!.length - texts[b]!.length) // less padding
    for (let start = 0; start < byLength.length; start += BATCH) {
      const places = byLength.slice(start, start + BATCH)
      const made = await run(places.map((place) => texts[place]!))
      places.forEach((place, i) => { vectors[place] = made[i]! })
      await nextTurn()
    }
    return vectors
  }

  return {
    id,
    dimension,
    degraded,
    embed: async (texts) => texts.length === 1 ? [await embedOne(texts[0]!)] : embedMany(texts),
    async close () {
      if (closed) return
      closed = true
      await Promise.allSettled(running) // the native session must not go while it computes
      await dispose()
    }
  }
}

/** Half of a surrogate pair is no character and would stop the tokenizer. */
const clean = (text: string) => text.slice(0, CHARACTERS_MAX).replace(/\p{Surrogate}/gu, '\ufffd')

/** A hub that does not answer is given up at once, one that never ends after three minutes. */
async function fetchWithLimits (input: string | URL, init: RequestInit = {}): Promise<Response> {
  const silent = new AbortController()
  const timer = setTimeout(() => silent.abort(new Error(`the hub did not answer within ${HUB_SILENCE_MS / 1000} s`)), HUB_SILENCE_MS)
  try {
    return await fetch(input, { ...init, signal: AbortSignal.any([silent.signal, AbortSignal.timeout(HUB_TOTAL_MS)]) })
  } finally {
    clearTimeout(timer)
  }
}

/** The sha256 of a large file, remembered beside it for as long as its size and time stay the same. */
async function checksum (file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file)
  const stamp = `${size} ${mtimeMs}`
  const kept = await readFile(`${file}.sha256`, 'utf8').catch(() => '')
  const [sum, ...keptStamp] = kept.trim().split(' ')
  if (sum?.length === 64 && keptStamp.join(' ') === stamp) return sum
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  const fresh = hash.digest('hex')
  await writeFile(`${file}.sha256`, `${fresh} ${stamp}\n`).catch(() => {}) // a read-only folder only costs the time again
  return fresh
}

const firstLine = (error: unknown) => {
  const { message, cause } = error as Error
  return [message, (cause as Error | undefined)?.message].filter(Boolean).join(': ').split('\n')[0]
}
