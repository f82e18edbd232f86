import type { Linear } from './linear.js'
import { PAD, WORDS_MAX, type Words } from './words.js'

/** The three moves of the arc-hybrid system (Kuhlmann, Gómez-Rodríguez and Satta, ACL 2011). */
export const SHIFT = 0
/** The first of the buffer becomes the head of the top of the stack. */
export const LEFT = 1
/** The second of the stack becomes the head of its top. */
export const RIGHT = 2

/** The place of the root, and of a word that is not there. */
export const ROOT = PAD - 1
const NONE = 0
const SIZE = WORDS_MAX + 2 * PAD
const NO_LABEL = 127

/** A half-built tree. Words are named by their position in the padded arrays: the first has position PAD. */
export class State {
  readonly stack = new Int32Array(SIZE)
  readonly head = new Int32Array(SIZE)
  readonly label = new Int32Array(SIZE)
  /** By how much the chosen move outscored the next, for the word it attached. */
  readonly margin = new Float64Array(SIZE)
  readonly left = new Int32Array(SIZE)
  readonly left2 = new Int32Array(SIZE)
  readonly right = new Int32Array(SIZE)
  readonly right2 = new Int32Array(SIZE)
  readonly lefts = new Int32Array(SIZE)
  readonly rights = new Int32Array(SIZE)
  depth = 0
  next = PAD
  end = PAD

  reset (count: number): void {
    this.end = count + PAD
    this.next = PAD
    this.depth = 1
    this.stack[0] = ROOT
    for (const row of [this.head, this.left, this.left2, this.right, this.right2, this.lefts, this.rights]) row.fill(0, 0, this.end + 1)
    this.label.fill(NO_LABEL, 0, this.end + 1)
  }

  /** The word that stands `from` the top of the stack. */
  top (from: number): number {
    return from < this.depth ? this.stack[this.depth - 1 - from]! : NONE
  }

  get done (): boolean {
    return this.next >= this.end && this.depth <= 1
  }

  can (move: number): boolean {
    if (move === SHIFT) return this.next < this.end
    return this.depth > 1 && (move === RIGHT || this.next < this.end)
  }

  shift (): void {
    this.stack[this.depth++] = this.next++
  }

  /** Attaches the top of the stack and takes it away. */
  attach (head: number, label: number): void {
    const word = this.stack[--this.depth]!
    this.head[word] = head
    this.label[word] = label
    if (head > word) {
      this.left2[head] = this.left[head]!
      this.left[head] = word
      this.lefts[head]!++
    } else {
      this.right2[head] = this.right[head]!
      this.right[head] = word
      this.rights[head]!++
    }
  }

  headOf (move: number): number {
    return move === LEFT ? this.next : this.top(1)
  }
}

/** Reads a tagged sentence into `state`, greedily: one move after the other, each arc with its relation. Linear in the words. */
export function parseWords (words: Words, state: State, moves: Linear, labels: Linear, plain: PlainLabels): void {
  state.reset(words.count)
  while (!state.done) {
    moveFeatures(words, state, moves)
    moves.best()
    const move = bestMove(state, moves)
    if (move === SHIFT) {
      state.shift()
      continue
    }
    const word = state.top(0)
    const head = state.headOf(move)
    state.margin[word] = marginOf(state, moves, move)
    state.attach(head, labelBetween(words, state, head, word, labels, plain))
  }
}

/** Relations that follow from the two tags and the side alone ("det" between a noun and the article on its left), by `pairOf`. */
export type PlainLabels = ReadonlyMap<number, number>

export const pairOf = ({ tag }: Words, head: number, word: number): number => (at(tag, head) << 7 | at(tag, word)) << 1 | (head > word ? 1 : 0)

function labelBetween (words: Words, state: State, head: number, word: number, labels: Linear, plain: PlainLabels): number {
  const label = plain.get(pairOf(words, head, word))
  if (label !== undefined) return label
  labelFeatures(words, state, head, word, labels)
  return labels.best()
}

export function bestMove (state: State, { scores }: Linear): number {
  let best = -1
  for (let move = 0; move <= RIGHT; move++) if (state.can(move) && (best < 0 || scores[move]! > scores[best]!)) best = move
  return best
}

function marginOf (state: State, { scores }: Linear, chosen: number): number {
  let second = -Infinity
  for (let move = 0; move <= RIGHT; move++) if (move !== chosen && state.can(move)) second = Math.max(second, scores[move]!)
  return second === -Infinity ? 1e6 : scores[chosen]! - second
}

/** A tag as a small number, also where there is no word. */
const at = (tag: Int32Array, place: number): number => tag[place]! & 127

const distance = (from: number, to: number): number => {
  const far = Math.abs(to - from)
  return far < 5 ? far : far < 10 ? 5 : far < 20 ? 6 : 7
}

/** What the next move looks at: after Zhang and Nivre (ACL 2011), for the top three of the stack and the first three of the buffer. */
export function moveFeatures ({ form, tag, suffix3 }: Words, state: State, m: Linear): void {
  const { left, left2, right, right2, lefts, rights, label, next: b0 } = state
  const s0 = state.top(0)
  const s1 = state.top(1)
  const s2 = state.top(2)
  const s0w = form[s0]!
  const s1w = form[s1]!
  const b0w = form[b0]!
  const b1w = form[b0 + 1]!
  const s0t = at(tag, s0)
  const s1t = at(tag, s1)
  const s2t = at(tag, s2)
  const b0t = at(tag, b0)
  const b1t = at(tag, b0 + 1)
  const b2t = at(tag, b0 + 2)
  const s0b0 = s0t << 7 | b0t
  const s1s0 = s1t << 7 | s0t
  const near = distance(s0, b0)
  const far = distance(s1, s0)
  m.count = 0
  m.add(0, 0)
  m.add(1, s0w); m.add(2, s0t); m.add(3, s0w, s0t)
  m.add(4, s1t); m.add(5, s1w, s1t); m.add(6, s2t)
  m.add(7, b0w, b0t); m.add(8, b0t); m.add(9, b1w, b1t); m.add(10, b1t); m.add(11, form[b0 + 2]!, b2t)
  m.add(12, s0w, b0w, s0b0); m.add(13, s0w, s0b0); m.add(14, b0w, s0b0); m.add(15, s0w, b0w); m.add(16, s0b0)
  m.add(17, s0b0, b1t); m.add(18, s0b0, b1t << 7 | b2t); m.add(19, s1s0, b0t); m.add(20, s1s0, b0t << 7 | b1t)
  m.add(21, s1w, s0w, s1s0); m.add(22, s1w, s1s0); m.add(23, s0w, s1s0); m.add(24, s1s0); m.add(25, s1w, s0w)
  m.add(26, s1w, b0w, s1t); m.add(27, s1t, b0t, s0w); m.add(28, s2t, s1s0); m.add(29, s1w, s0t, b0t)
  // children, with their relations
  const s0l = left[s0]!
  const s0r = right[s0]!
  const s1l = left[s1]!
  const s1r = right[s1]!
  const b0l = left[b0]!
  m.add(30, s0b0, at(tag, s0l)); m.add(31, s0b0, at(tag, s0r)); m.add(32, s0b0, at(tag, b0l)); m.add(33, s1s0, at(tag, s1l))
  m.add(34, s1s0, at(tag, s1r)); m.add(35, s1s0, at(tag, s0l)); m.add(36, s1s0, at(tag, s0r))
  m.add(37, s0w, label[s0l]!, label[s0r]!); m.add(38, s0t, label[s0l]!, label[s0r]!); m.add(39, s1w, label[s1l]!, label[s1r]!)
  m.add(40, s1t, label[s1l]!, label[s1r]!)
  m.add(41, b0w, label[b0l]!, label[left2[b0]!]!); m.add(42, b0t, label[b0l]!, label[left2[b0]!]!)
  m.add(43, s0t, label[s0r]!, label[right2[s0]!]!); m.add(44, s1t, label[s1r]!, label[right2[s1]!]!); m.add(45, s0t, label[s0l]!, label[left2[s0]!]!)
  m.add(46, form[s0l]!, s0b0); m.add(47, form[s0l]!, s1s0); m.add(48, form[s1r]!, s1s0); m.add(49, form[s0l]!, s1w, s0t); m.add(50, form[s0r]!, s0b0)
  // how many, how far
  m.add(51, s0w, lefts[s0]!, rights[s0]!); m.add(52, s0t, lefts[s0]!, rights[s0]!); m.add(53, s1t, lefts[s1]!, rights[s1]!); m.add(54, b0t, lefts[b0]!)
  m.add(55, s0b0, near); m.add(56, s1s0, far); m.add(57, s0w, near, b0t); m.add(58, s1w, far, s0t); m.add(59, b0w, near, s0t)
  // what stands between and around
  m.add(60, s0b0, at(tag, s0 + 1), at(tag, b0 - 1)); m.add(61, s1s0, at(tag, s1 + 1), at(tag, s0 - 1)); m.add(62, s0b0, at(tag, s0 - 1))
  m.add(63, s1s0, form[s0 + 1]!)
  m.add(64, suffix3[s0]!, b0t); m.add(65, suffix3[s1]!, s0t); m.add(66, s0t, suffix3[b0]!); m.add(67, s1s0, b0w); m.add(68, b0w, b1w)
}

/** What the relation of a word to its head looks at. */
export function labelFeatures ({ form, tag, suffix3 }: Words, { left, left2, right, label, lefts }: State, head: number, word: number, m: Linear): void {
  const side = head > word ? 1 : 0
  const hw = form[head]!
  const dw = form[word]!
  const ht = at(tag, head)
  const dt = at(tag, word)
  const both = (ht << 7 | dt) << 1 | side
  const dl = left[word]!
  const dr = right[word]!
  const hl = left[head]!
  const hr = right[head]!
  m.count = 0
  m.add(0, side)
  m.add(1, hw, side); m.add(2, hw, both); m.add(3, dw, side); m.add(4, dw, both); m.add(5, both); m.add(6, hw, dw, side)
  m.add(7, both, form[dl]!); m.add(8, hw, form[dl]!, dt); m.add(9, both, at(tag, dl), at(tag, dr)); m.add(10, both, form[left2[word]!]!)
  m.add(11, both, form[dr]!)
  m.add(12, both, label[hl]!, label[hr]!); m.add(13, hw, label[hr]!, dt); m.add(14, both, label[dl]!, label[dr]!); m.add(15, dw, label[hr]!, ht)
  m.add(16, both, distance(head, word)); m.add(17, both, at(tag, word - 1), at(tag, word + 1)); m.add(18, both, at(tag, head - 1), at(tag, head + 1))
  m.add(19, both, lefts[word]!)
  m.add(20, both, suffix3[head]!); m.add(21, both, suffix3[word]!); m.add(22, hw, dt, form[word - 1]!); m.add(23, dt, label[dl]!, suffix3[word]!)
  m.add(24, both, form[hl]!); m.add(25, both, label[hl]!, label[left2[head]!]!); m.add(26, dw, label[dl]!, side); m.add(27, both, form[word - 1]!)
}
