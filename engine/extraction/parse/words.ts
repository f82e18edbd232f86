/** The longest sentence that is tagged and parsed, in words. */
export const WORDS_MAX = 500
/** Positions before the first word and behind the last, so that features may look past the ends. */
export const PAD = 3

/** What tagger and parser see of the words of one sentence: hashes, so that no text is touched in their loops. Arrays are padded on both sides. */
export interface Words {
  count: number
  form: Int32Array
  suffix2: Int32Array
  suffix3: Int32Array
  suffix4: Int32Array
  prefix: Int32Array
  shape: Int32Array
  /** Which tags the word had in the treebank, by the number that its `Lexicon` gives them; 0 where it is not known. */
  known: Int32Array
  tag: Int32Array
}

/** For the hash of a word: which tags it had, as a number for the set of them, and its tag where it nearly always had the same one, or else -1. */
export type Lexicon = ReadonlyMap<number, { known: number, tag: number }>

const array = () => new Int32Array(WORDS_MAX + 2 * PAD)
export const emptyWords = (): Words => ({
  count: 0,
  form: array(),
  suffix2: array(),
  suffix3: array(),
  suffix4: array(),
  prefix: array(),
  shape: array(),
  known: array(),
  tag: array()
})

const START = 0x51ed270b
const FNV = 0x01000193
const SIGNS: ReadonlyMap<string, string> = new Map(Object.entries({
  '-LRB-': '(', '-RRB-': ')', '-LSB-': '[', '-RSB-': ']', '-LCB-': '{', '-RCB-': '}', '``': '"', "''": '"', '“': '"', '”': '"', '’': "'", '‘': "'", '`': "'", '–': '-', '—': '--', '…': '...'
}))

/** Reads the words of a sentence into arrays that are used again for the next one. */
export function readWords (words: readonly string[], into: Words, lexicon: Lexicon): Words {
  const { form, suffix2, suffix3, suffix4, prefix, shape, known, tag } = into
  const count = Math.min(words.length, WORDS_MAX)
  into.count = count
  for (let i = PAD; i < count + PAD; i++) {
    readWord(SIGNS.get(words[i - PAD]!) ?? words[i - PAD]!, i, into)
    const entry = lexicon.get(form[i]!)
    known[i] = entry === undefined ? 0 : entry.known
    tag[i] = entry === undefined ? -1 : entry.tag
  }
  for (const values of [form, suffix2, suffix3, suffix4, prefix, shape, known, tag]) {
    for (let i = 0; i < PAD; i++) {
      values[i] = -1 - i
      values[count + PAD + i] = -11 - i
    }
  }
  return into
}

function readWord (word: string, at: number, { form, suffix2, suffix3, suffix4, prefix, shape }: Words): void {
  const low = word.replaceAll('’', "'").toLowerCase()
  const end = low.length
  let hash = START // FNV-1a
  let outline = START
  let before = 0
  for (let i = 0; i < end; i++) {
    const code = low.charCodeAt(i)
    hash = Math.imul(hash ^ (code >= 48 && code <= 57 ? 48 : code), FNV)
    const kind = kindOf(code, word.charCodeAt(i))
    if (kind !== before || i < 2) outline = Math.imul(outline ^ kind, FNV)
    before = kind
  }
  form[at] = hash
  shape[at] = outline
  prefix[at] = end < 3 ? low.charCodeAt(0) : low.charCodeAt(0) << 20 ^ low.charCodeAt(1) << 10 ^ low.charCodeAt(2)
  suffix2[at] = end < 2 ? low.charCodeAt(0) : low.charCodeAt(end - 1) << 16 | low.charCodeAt(end - 2)
  suffix3[at] = Math.imul(suffix2[at]! ^ START, FNV) ^ (end < 3 ? end : low.charCodeAt(end - 3))
  suffix4[at] = Math.imul(suffix3[at]! ^ START, FNV) ^ (end < 4 ? end : low.charCodeAt(end - 4))
}

/** Capital, small, digit, or the sign itself. */
function kindOf (low: number, code: number): number {
  if (low >= 48 && low <= 57) return 1
  if (low !== code) return 2
  if ((low >= 97 && low <= 122) || low > 0xbf) return 3
  return low
}

/** The hash of one word, as in `Words.form`. */
export function formOf (word: string): number {
  const one = emptyWords()
  readWord(SIGNS.get(word) ?? word, PAD, one)
  return one.form[PAD]!
}
