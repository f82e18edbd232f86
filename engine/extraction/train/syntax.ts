import { Linear } from '../parse/linear.js'
import { bestMove, labelFeatures, LEFT, moveFeatures, pairOf, parseWords, type PlainLabels, RIGHT, ROOT, SHIFT, State } from '../parse/parser.js'
import { tagFeatures, tagWords } from '../parse/tagger.js'
import { emptyWords, formOf, PAD, readWords, WORDS_MAX, type Lexicon, type Words } from '../parse/words.js'
import type { Syntax } from '../parse/weights.js'
import { Perceptron } from './perceptron.js'
import type { Tree } from './treebank.js'

/** The same sequence for the same seed (mulberry32). */
export function random (seed: number): () => number {
  let state = seed
  return () => {
    state = state + 0x6d2b79f5 | 0
    let t = Math.imul(state ^ state >>> 15, 1 | state)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) / 4294967296
  }
}

export function shuffled<T> (values: readonly T[], chance: () => number): T[] {
  const row = [...values]
  for (let i = row.length - 1; i > 0; i--) {
    const j = Math.floor(chance() * (i + 1))
    ;[row[i], row[j]] = [row[j]!, row[i]!]
  }
  return row
}

export interface Bits { tags: number, moves: number, labels: number }

export interface Tagger { lexicon: Lexicon, model: Linear }

/** The words seen more than once, with their sets of tags; those in a tenth of the cases or more count. */
export function lexiconOf (trees: readonly Tree[], tags: readonly string[]): Map<number, { known: number, tag: number }> {
  const counts = new Map<number, Map<string, number>>()
  const sets = new Map<string, number>()
  const forms = new Map<string, number>()
  for (const { words, tags: given } of trees) {
    words.forEach((word, i) => {
      const form = forms.get(word) ?? formOf(word)
      forms.set(word, form)
      const row = counts.get(form) ?? counts.set(form, new Map()).get(form)!
      row.set(given[i]!, (row.get(given[i]!) ?? 0) + 1)
    })
  }
  const lexicon = new Map<number, { known: number, tag: number }>()
  for (const [form, row] of counts) {
    const total = [...row.values()].reduce((sum, count) => sum + count, 0)
    if (total < 2) continue
    const [tag, most] = [...row].reduce((best, one) => one[1] > best[1] ? one : best)
    const set = [...row].filter(([, count]) => count >= total / 10).map(([tag]) => tag).sort().join(' ')
    if (!sets.has(set)) sets.set(set, sets.size + 1)
    lexicon.set(form, { known: sets.get(set)!, tag: total >= 40 && most / total > 0.995 ? tags.indexOf(tag) : -1 })
  }
  return lexicon
}

/** A tagger of the trees, by `passes` over them. */
export function trainTagger (trees: readonly Tree[], tags: readonly string[], bits: number, passes: number): Tagger {
  const lexicon = lexiconOf(trees, tags)
  const perceptron = new Perceptron(tags.length, bits)
  const chance = random(1)
  const words = emptyWords()
  for (let pass = 0; pass < passes; pass++) {
    for (const tree of shuffled(trees, chance)) {
      readWords(tree.words, words, lexicon)
      for (let i = 0; i < words.count; i++) learnTag(words, i, tags.indexOf(tree.tags[i]!), perceptron)
    }
  }
  return { lexicon, model: perceptron.averaged() }
}

function learnTag (words: Words, i: number, gold: number, perceptron: Perceptron): void {
  const { model } = perceptron
  if (words.tag[i + PAD]! >= 0) return
  tagFeatures(words, i, model)
  const guess = model.best()
  perceptron.tick()
  if (guess !== gold) perceptron.update(gold, guess)
  words.tag[i + PAD] = guess
}

export function tagsOf (sentence: readonly string[], { lexicon, model }: Tagger, words: Words): Int32Array {
  tagWords(readWords(sentence, words, lexicon), model)
  return words.tag.slice(PAD, PAD + words.count)
}

/**
 * The tags a tagger gives trees that it has not seen: each part is tagged by one trained on the others, so that the parser learns from tags as
 * wrong as it will get.
 */
export function jackknifed (trees: readonly Tree[], tags: readonly string[], bits: number, parts: number, passes: number): Int32Array[] {
  const words = emptyWords()
  const given: Int32Array[] = []
  for (let part = 0; part < parts; part++) {
    const inPart = (i: number): boolean => Math.floor(i * parts / trees.length) === part
    const tagger = trainTagger(trees.filter((_, i) => !inPart(i)), tags, bits, passes)
    trees.forEach((tree, i) => { if (inPart(i)) given[i] = tagsOf(tree.words, tagger, words) })
  }
  return given
}

const NO_LEXICON: Lexicon = new Map()
interface Lesson { words: readonly string[], tags: Int32Array, heads: Int32Array, labels: Int32Array }

const positions = (tree: Tree, labels: readonly string[], tags: Int32Array): Lesson => {
  const heads = new Int32Array(tree.words.length + PAD)
  const named = new Int32Array(tree.words.length + PAD)
  tree.heads.forEach((head, i) => { heads[i + PAD] = head === 0 ? ROOT : head - 1 + PAD })
  tree.labels.forEach((label, i) => { named[i + PAD] = labels.indexOf(label) })
  return { words: tree.words, tags, heads, labels: named }
}

/**
 * A parser of the trees: arc-hybrid with a dynamic oracle (Goldberg and Nivre, TACL 2013), which after the first pass mostly follows its own
 * moves, so that it learns what to do after a mistake.
 */
export function trainParser (trees: readonly Tree[], given: readonly Int32Array[], labels: readonly string[], bits: Bits, passes: number): Pick<Syntax, 'moves' | 'labels' | 'plain'> {
  const moves = new Perceptron(3, bits.moves)
  const names = new Perceptron(labels.length, bits.labels)
  const chance = random(2)
  const words = emptyWords()
  const state = new State()
  const lessons = trees.map((tree, i) => positions(tree, labels, given[i]!)).filter(({ words }) => words.length <= WORDS_MAX)
  const plain = plainLabels(lessons, words)
  for (let pass = 0; pass < passes; pass++) {
    for (const lesson of shuffled(lessons, chance)) {
      readWords(lesson.words, words, NO_LEXICON).tag.set(lesson.tags, PAD)
      state.reset(words.count)
      while (!state.done) learnMove(words, state, { ...lesson, plain }, moves, names, pass > 0 && chance() < 0.9)
    }
  }
  return { moves: moves.averaged(), labels: names.averaged(), plain }
}

/** The pairs of tags seen 30 times or more that have the same relation in 199 of 200 cases. */
function plainLabels (lessons: readonly Lesson[], words: Words): Map<number, number> {
  const counts = new Map<number, Map<number, number>>()
  for (const { words: sentence, tags, heads, labels } of lessons) {
    readWords(sentence, words, NO_LEXICON).tag.set(tags, PAD)
    for (let word = PAD; word < words.count + PAD; word++) {
      const pair = pairOf(words, heads[word]!, word)
      const row = counts.get(pair) ?? counts.set(pair, new Map()).get(pair)!
      row.set(labels[word]!, (row.get(labels[word]!) ?? 0) + 1)
    }
  }
  const plain = new Map<number, number>()
  for (const [pair, row] of counts) {
    const total = [...row.values()].reduce((sum, count) => sum + count, 0)
    const [label, most] = [...row].reduce((best, one) => one[1] > best[1] ? one : best)
    if (total >= 30 && most / total >= 0.995) plain.set(pair, label)
  }
  return plain
}

type Planned = Lesson & { plain: PlainLabels }

function learnMove (words: Words, state: State, { heads, labels, plain }: Planned, moves: Perceptron, names: Perceptron, follow: boolean): void {
  const { model } = moves
  moveFeatures(words, state, model)
  model.best()
  const guess = bestMove(state, model)
  const right = cheapest(state, heads, model)
  moves.tick()
  const wrong = cost(state, guess, heads) > cost(state, right, heads)
  if (wrong) moves.update(right, guess)
  const move = wrong && !follow ? right : guess
  if (move === SHIFT) {
    state.shift()
    return
  }
  const word = state.top(0)
  const head = state.headOf(move)
  const known = plain.get(pairOf(words, head, word))
  if (known !== undefined) {
    state.attach(head, known)
    return
  }
  labelFeatures(words, state, head, word, names.model)
  const name = names.model.best()
  names.tick()
  if (heads[word] === head && name !== labels[word]) names.update(labels[word]!, name)
  state.attach(head, name)
}

/** The best scored of the moves that lose the fewest right arcs. */
function cheapest (state: State, heads: Int32Array, { scores }: Linear): number {
  let best = -1
  let least = Infinity
  for (let move = 0; move <= RIGHT; move++) {
    if (!state.can(move)) continue
    const price = cost(state, move, heads)
    if (price < least || (price === least && scores[move]! > scores[best]!)) [best, least] = [move, price]
  }
  return best
}

/** How many right arcs can no longer be made after a move (Goldberg and Nivre, TACL 2013, section 4). */
const cost = (state: State, move: number, heads: Int32Array): number => move === SHIFT ? costOfShift(state, heads) : costOfArc(state, move, heads)

/** The first of the buffer loses its dependents on the stack, and its head there unless that is the top. */
function costOfShift ({ stack, depth, next }: State, heads: Int32Array): number {
  let lost = 0
  for (let i = 0; i < depth; i++) if (heads[stack[i]!] === next || (i < depth - 1 && heads[next] === stack[i])) lost++
  return lost
}

/** The top of the stack loses its dependents in the buffer, and every head but the one that it gets. */
function costOfArc (state: State, move: number, heads: Int32Array): number {
  const word = state.top(0)
  const head = heads[word]!
  let lost = move === LEFT ? Number(head === state.top(1) || head > state.next) : Number(head >= state.next)
  for (let i = state.next; i < state.end; i++) if (heads[i] === word) lost++
  return lost
}

export interface Accuracy { tags: number, attached: number, labelled: number }

/** The share of words with the right tag, the right head, the right head and relation (signs left out of the last two). */
export function accuracy (trees: readonly Tree[], model: Syntax): Accuracy {
  const { tagNames, labelNames } = model
  const words = emptyWords()
  const state = new State()
  const right = { tags: 0, attached: 0, labelled: 0 }
  let all = 0
  let plain = 0
  for (const tree of trees) {
    tagWords(readWords(tree.words, words, model.lexicon), model.tags)
    parseWords(words, state, model.moves, model.labels, model.plain)
    tree.words.forEach((_, i) => {
      all++
      if (tagNames[words.tag[i + PAD]!] === tree.tags[i]) right.tags++
      if (tree.labels[i] === 'punct') return
      plain++
      if (state.head[i + PAD] !== (tree.heads[i] === 0 ? ROOT : tree.heads[i]! - 1 + PAD)) return
      right.attached++
      if (labelNames[state.label[i + PAD]!] === tree.labels[i]) right.labelled++
    })
  }
  return { tags: right.tags / all, attached: right.attached / plain, labelled: right.labelled / plain }
}
