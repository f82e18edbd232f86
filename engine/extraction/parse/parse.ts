import { parseWords, ROOT, State } from './parser.js'
import { tagWords } from './tagger.js'
import { syntax } from './weights.js'
import { emptyWords, PAD, readWords } from './words.js'

/** A sentence as a tree of words (Universal Dependencies). Words are counted from 0; a root has head -1. */
export interface Parse {
  words: readonly string[]
  /** Penn Treebank tags. */
  tags: string[]
  heads: number[]
  labels: string[]
  /** How clearly each attachment won over the next best move; no unit. */
  margins: number[]
  children: number[][]
  /** The words under each word reach from `low` to before `high`. */
  low: number[]
  high: number[]
}

const [words, state] = [emptyWords(), new State()]

/** Tags and parses one sentence that is already split into words (at most WORDS_MAX; what follows is left out). Linear in its length. */
export function parse (sentence: readonly string[]): Parse {
  const { tagNames, labelNames, lexicon, tags, moves, labels, plain } = syntax()
  tagWords(readWords(sentence, words, lexicon), tags)
  parseWords(words, state, moves, labels, plain)
  const count = words.count
  const read: Parse = { words: sentence, tags: [], heads: [], labels: [], margins: [], children: [], low: [], high: [] }
  for (let i = 0; i < count; i++) {
    const head = state.head[i + PAD]!
    read.tags.push(tagNames[words.tag[i + PAD]!]!)
    read.heads.push(head === ROOT ? -1 : head - PAD)
    read.labels.push(labelNames[state.label[i + PAD]!]!)
    read.margins.push(state.margin[i + PAD]!)
    read.children.push([])
    read.low.push(i)
    read.high.push(i + 1)
  }
  for (let i = 0; i < count; i++) if (read.heads[i]! >= 0) read.children[read.heads[i]!]!.push(i)
  for (let i = 0; i < count; i++) {
    for (let up = read.heads[i]!; up >= 0; up = read.heads[up]!) {
      if (i < read.low[up]!) read.low[up] = i
      if (i + 1 > read.high[up]!) read.high[up] = i + 1
    }
  }
  return read
}
