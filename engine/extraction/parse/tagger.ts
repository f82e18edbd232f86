import type { Linear } from './linear.js'
import { PAD, type Words } from './words.js'

/**
 * Gives every word a Penn Treebank tag, left to right, by an averaged perceptron (Collins, EMNLP 2002) over the word, its form, its neighbors
 * and the two tags before. Words that nearly always have the same tag keep that of the
 * lexicon. Fills `words.tag` with tag numbers.
 */
export function tagWords (words: Words, model: Linear): void {
  for (let i = 0; i < words.count; i++) {
    if (words.tag[i + PAD]! >= 0) continue
    tagFeatures(words, i, model)
    words.tag[i + PAD] = model.best()
  }
}

/** The features of one word, given the tags of those before it. */
export function tagFeatures ({ form, suffix2, suffix3, suffix4, prefix, shape, known, tag }: Words, word: number, model: Linear): void {
  const i = word + PAD
  const w = form[i]!
  const before = form[i - 1]!
  const after = form[i + 1]!
  const t1 = tag[i - 1]!
  const t2 = tag[i - 2]!
  model.count = 0
  model.add(0, 0)
  model.add(1, w)
  model.add(2, suffix3[i]!)
  model.add(3, suffix2[i]!)
  model.add(4, prefix[i]!, suffix2[i]!)
  model.add(5, shape[i]!)
  model.add(6, t1)
  model.add(7, t1, t2)
  model.add(8, t1, w)
  model.add(9, before)
  model.add(10, form[i - 2]!)
  model.add(11, after)
  model.add(12, form[i + 2]!)
  model.add(13, before, w)
  model.add(14, w, after)
  model.add(15, suffix3[i - 1]!)
  model.add(16, suffix3[i + 1]!)
  model.add(17, t1, after)
  model.add(18, t1, suffix3[i]!)
  model.add(19, shape[i]!, t1)
  model.add(20, shape[i + 1]!, shape[i]!)
  model.add(21, suffix3[i]!, suffix3[i + 1]!)
  model.add(22, shape[i]!, suffix3[i]!)
  model.add(23, t1, suffix3[i + 1]!, suffix2[i]!)
  model.add(24, shape[i - 1]!, shape[i]!, word === 0 ? 1 : 0)
  model.add(25, t1, t2, w)
  model.add(26, suffix4[i]!)
  model.add(27, known[i]!, t1)
  model.add(28, known[i + 1]!, t1)
  model.add(29, known[i + 1]!, w)
  model.add(30, known[i]!, known[i + 1]!, t1)
  model.add(31, known[i + 1]!, known[i + 2]!, t1)
  model.add(32, known[i + 1]!, suffix3[i]!)
  model.add(33, known[i]!, known[i + 1]!, known[i + 2]!)
}
