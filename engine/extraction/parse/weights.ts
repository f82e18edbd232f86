import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { Linear } from './linear.js'
import type { PlainLabels } from './parser.js'
import type { Lexicon } from './words.js'

/** What was learned from the treebank: the tagger and the parser, and the names of their classes. */
export interface Syntax {
  tagNames: string[]
  labelNames: string[]
  lexicon: Lexicon
  plain: PlainLabels
  tags: Linear
  moves: Linear
  labels: Linear
}

const FILE = fileURLToPath(new URL('../weights/english.bin', import.meta.url))
const PARTS = ['tags', 'moves', 'labels'] as const
interface Head { tagNames: string[], labelNames: string[], words: number, plain: [number, number][], parts: { classes: number, bits: number }[] }

/**
 * Brotli over: the length of a header (uint32), the header (JSON), the lexicon (int32, three for each word), and for each part its weights (int16).
 * All little endian. Returns the bytes written.
 */
export function saveSyntax (syntax: Syntax, file = FILE): number {
  const { tagNames, labelNames, lexicon: { size: words }, plain } = syntax
  const parts = PARTS.map((name) => ({ classes: syntax[name].classes, bits: syntax[name].bits }))
  const head = Buffer.from(JSON.stringify({ tagNames, labelNames, words, plain: [...plain], parts } satisfies Head))
  const size = Buffer.alloc(4)
  size.writeUInt32LE(head.length)
  const lexicon = Buffer.from(Int32Array.from([...syntax.lexicon].flatMap(([form, { known, tag }]) => [form, known, tag])).buffer)
  const bytes = PARTS.map((name) => Buffer.from(syntax[name].weights.buffer, syntax[name].weights.byteOffset, syntax[name].weights.byteLength))
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 }
  const packed = brotliCompressSync(Buffer.concat([size, head, lexicon, ...bytes]), { params })
  writeFileSync(file, packed)
  return packed.length
}

let loaded: Syntax | undefined
/** The shipped weights, read with the first sentence. */
export function syntax (): Syntax {
  loaded ??= readSyntax()
  return loaded
}

export function readSyntax (file = FILE): Syntax {
  const bytes = brotliDecompressSync(readFileSync(file))
  let at = 4 + bytes.readUInt32LE(0)
  const { tagNames, labelNames, words, plain, parts } = JSON.parse(bytes.subarray(4, at).toString('utf8')) as Head
  const lexicon = new Map(Array.from({ length: words }, () => {
    const entry = [bytes.readInt32LE(at), { known: bytes.readInt32LE(at + 4), tag: bytes.readInt32LE(at + 8) }] as const
    at += 12
    return entry
  }))
  const [tags, moves, labels] = parts.map(({ classes, bits }) => {
    const weights = new Int16Array(Linear.size(classes, bits))
    bytes.copy(Buffer.from(weights.buffer), 0, at, at += weights.byteLength)
    return new Linear(classes, bits, weights)
  })
  return { tagNames, labelNames, lexicon, plain: new Map(plain), tags: tags!, moves: moves!, labels: labels! }
}
