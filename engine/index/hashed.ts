/**
 * The embedder that needs no file: words and their spelling, hashed into 384 signed buckets (Weinberger et al. 2009).
 * It knows inflection and near-duplicates, not meaning: "red shoes" is near "red shoe", "sci-fi novels" is not near
 * "science fiction books". Its settings are the best of 18 on STS12-14 and the SICK training set.
 */
export const HASHED_ID = 'hash-384/v1'
export const HASHED_DIMENSION = 384

const BUCKETS_PER_FEATURE = 4
const LENGTH_MAX = 20_000 // characters; the rest of a longer text hardly moves the vector

/** The unit vector of a text; all zero where it holds no word. */
export function hashedEmbedding (text: string): Float32Array {
  const vector = new Float32Array(HASHED_DIMENSION)
  for (const [feature, weight] of features(words(text))) {
    let state = fnv1a(feature)
    const amount = Math.sqrt(weight) // the tenth mention of a word says less than the first
    for (let i = 0; i < BUCKETS_PER_FEATURE; i++) {
      state = scramble(state)
      vector[state % HASHED_DIMENSION]! += state & 0x80000000 ? amount : -amount
    }
  }
  return normalized(vector)
}

function words (text: string): string[] {
  return text.slice(0, LENGTH_MAX).toLowerCase().normalize('NFKD')
    .replace(/\p{M}/gu, '') // é = e
    .replace(/n't\b/g, ' not')
    .match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Stems, and character 3- to 5-grams, which bring misspelt and compound words together. */
function features (words: string[]): Map<string, number> {
  const weights = new Map<string, number>()
  const add = (feature: string, weight: number) => weights.set(feature, (weights.get(feature) ?? 0) + weight)
  for (const word of words) {
    const weight = DAMPED.get(word) ?? 1
    add(`w:${stem(word)}`, weight)
    if (weight < 0.5) continue
    const pieces = grams(`<${word}>`)
    for (const piece of pieces) add(`c:${piece}`, 0.4 * weight / Math.sqrt(pieces.length))
  }
  return weights
}

function grams (word: string): string[] {
  const pieces: string[] = []
  for (let length = 3; length <= 5; length++) {
    for (let start = 0; start + length <= word.length; start++) pieces.push(word.slice(start, start + length))
  }
  return pieces
}

const SUFFIXES = ['ingly', 'edly', 'ings', 'ing', 'ied', 'ies', 'ed', 'es', 'ly', 's']

function stem (word: string): string {
  if (word.length < 4) return word
  const suffix = SUFFIXES.find((suffix) => word.endsWith(suffix) && word.length - suffix.length >= 3) ?? ''
  const y = suffix === 'ied' || suffix === 'ies' ? 'y' : ''
  return (word.slice(0, word.length - suffix.length) + y)
    .replace(/([bdfgklmnprt])\1$/, '$1') // running → runn → run
    .replace(/e$/, '')
}

/** Function words say little about a text; how little was tried on the same sets. */
const DAMPED = new Map([
  ...damped(0.05, `the a an of to in is are was were be been being and or on at for with by as it its that this these those from there
    here which who whom s t`),
  ...damped(0.25, `he she they we you i me my your his her their our us him them has have had do does did will would can could should
    may might must shall than then so but if not no nor into over about up out down off what when where why how all any some such only
    just also very more most other one two new said say says get got go been after before between while during through under again each
    both few own same too don now because until against`)
])

function damped (weight: number, words: string): Array<[string, number]> {
  return words.split(/\s+/).map((word) => [word, weight])
}

function fnv1a (text: string): number {
  let hash = 2166136261
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b)
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35)
  return (hash ^ hash >>> 16) >>> 0
}

/** The next of a chain of well-mixed 32-bit numbers. */
function scramble (state: number): number {
  state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) >>> 0
  state = Math.imul(state ^ state >>> 12, 0x297a2d39) >>> 0
  return (state ^ state >>> 15) >>> 0
}

function normalized (vector: Float32Array): Float32Array {
  let squares = 0
  for (const x of vector) squares += x * x
  const norm = Math.sqrt(squares) || 1
  return vector.map((x) => x / norm)
}
