import type { Modality, Polarity } from '../../models/triple.js'

export interface Figures { precision: number, recall: number, f1: number }

const f1 = (precision: number, recall: number): number => precision + recall === 0 ? 0 : 2 * precision * recall / (precision + recall)

// ——— CaRB (Bhardwaj et al., EMNLP 2019): open tuples against crowd gold, by words ———

export interface Tuple { predicate: string, args: string[] }
export interface Prediction extends Tuple { confidence: number }
type BySentence<T> = Map<string, T[]>

const BRACKETS: Record<string, string> = { '-LRB-': '(', '-RRB-': ')', '-LSB-': '[', '-RSB-': ']', '-LCB-': '{', '-RCB-': '}' }
const PUNCTUATION = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g

/** Sentences are the same when their letters and digits are. */
const sentenceKey = (sentence: string): string =>
  sentence.replaceAll(' ', '').replace(/-[LR][RSC]B-/g, (bracket) => BRACKETS[bracket] ?? bracket).replace(PUNCTUATION, '')

const rows = (text: string): string[][] => text.split(/\r?\n/).filter((line) => line.trim() !== '').map((line) => line.trimEnd().split('\t').map((cell) => cell.trim()))

function grouped<T> (entries: [string, T][]): BySentence<T> {
  const groups: BySentence<T> = new Map()
  for (const [sentence, entry] of entries) {
    const key = sentenceKey(sentence)
    groups.set(key, [...groups.get(key) ?? [], entry])
  }
  return groups
}

/** Gold rows: sentence, predicate, arguments. Arguments that only give context are no part of the tuple. */
export const readGold = (text: string): BySentence<Tuple> => grouped(rows(text).map(([sentence, predicate, ...args]) =>
  [sentence!, { predicate: predicate ?? '', args: args.filter((arg) => !arg.includes('C: ')) }]))

/** Predicted rows: sentence, confidence, predicate, arguments. */
export const readPredictions = (text: string): BySentence<Prediction> => grouped(rows(text).map(([sentence, confidence, predicate, ...args]) =>
  [sentence!, { confidence: Number(confidence), predicate: predicate ?? '', args }]))

interface Bags { predicate: string[], slots: string[][], said: boolean }
const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')

/** Predicate, subject, and all further arguments as one object. */
const bags = ({ predicate, args }: Tuple): Bags => ({
  predicate: words(predicate),
  slots: args.length > 1 ? [words(args[0]!), words(args.slice(1).join(' '))] : args.map(words),
  said: /said|told|added|adds|says/.test(predicate)
})

/** How many words two bags share, and which of the second are left over. */
function shared (gold: readonly string[], predicted: readonly string[]): { count: number, left: string[] } {
  const free = [...gold]
  const left = predicted.filter((word) => {
    const at = free.indexOf(word)
    if (at >= 0) free.splice(at, 1)
    return at < 0
  })
  return { count: predicted.length - left.length, left }
}

const BE = ['be', 'is', 'am', 'are', 'was', 'were', 'been', 'being']
interface Pair { precision: number, recall: number }

function match (gold: Bags, predicted: Bags): Pair {
  const predicate = shared(gold.predicate, predicted.predicate)
  let matched = predicate.count
  if (predicate.left.includes('be') && gold.predicate.some((word) => BE.includes(word))) matched++
  if (matched === 0) return { precision: 0, recall: 0 }
  let goldWords = gold.predicate.length
  let predictedWords = predicted.predicate.length
  for (const [i, slot] of gold.slots.entries()) {
    const other = predicted.slots[i]
    if (other === undefined) return { precision: 0, recall: 0 }
    matched += shared(slot, other).count
    goldWords += slot.length
    predictedWords += other.length
  }
  return { precision: matched / predictedWords, recall: matched / goldWords }
}

/** Who said what may stand either way round. */
function pair (gold: Bags, predicted: Bags): Pair {
  const straight = match(gold, predicted)
  if (!gold.said || predicted.slots.length < 2) return straight
  const turned = match(gold, { ...predicted, slots: [predicted.slots[1]!, predicted.slots[0]!] })
  return turned.precision > straight.precision || (turned.precision === straight.precision && turned.recall > straight.recall) ? turned : straight
}

/** How much of a predicted tuple is in a row of gold, and of the row in the tuple; the best over the rows for each. */
export function likeness (gold: readonly Tuple[], predicted: Tuple): Pair {
  const other = bags(predicted)
  const pairs = gold.map((one) => pair(bags(one), other))
  return { precision: Math.max(0, ...pairs.map(({ precision }) => precision)), recall: Math.max(0, ...pairs.map(({ recall }) => recall)) }
}

interface Table { gold: number, confidences: number[], pairs: Pair[][] }

function table (gold: readonly Tuple[], predictions: readonly Prediction[]): Table {
  const goldBags = gold.map(bags)
  const predictedBags = predictions.map(bags)
  return {
    gold: gold.length,
    confidences: predictions.map(({ confidence }) => confidence),
    pairs: goldBags.map((one) => predictedBags.map((other) => pair(one, other)))
  }
}

/** One-to-one by falling precision: each pairing takes a row of gold and a prediction. */
function precisionSum ({ pairs }: Table, kept: readonly number[]): number {
  const rowFree = new Set(pairs.keys())
  const columnFree = new Set(kept)
  let sum = 0
  while (rowFree.size > 0 && columnFree.size > 0) {
    let best: [number, number, number] = [-1, -1, -1]
    for (const row of rowFree) {
      for (const column of columnFree) if (pairs[row]![column]!.precision > best[0]) best = [pairs[row]![column]!.precision, row, column]
    }
    sum += best[0]
    rowFree.delete(best[1])
    columnFree.delete(best[2])
  }
  return sum
}

function at (tables: readonly Table[], threshold: number): Figures {
  const total = { precision: 0, predictions: 0, recall: 0, gold: 0 }
  for (const one of tables) {
    const kept = one.confidences.flatMap((confidence, i) => confidence >= threshold ? [i] : [])
    total.gold += one.gold
    total.predictions += kept.length
    if (kept.length === 0) continue
    total.recall += one.pairs.reduce((sum, row) => sum + kept.reduce((most, i) => Math.max(most, row[i]!.recall), 0), 0)
    total.precision += precisionSum(one, kept)
  }
  const precision = total.predictions === 0 ? 1 : total.precision / total.predictions
  const recall = total.gold === 0 ? 0 : total.recall / total.gold
  return { precision, recall, f1: f1(precision, recall) }
}

/** Precision, recall and F1 at the best threshold, and the area under the curve over all of them. */
export function carb (gold: BySentence<Tuple>, predictions: BySentence<Prediction>): Figures & { auc: number, confidences: number } {
  const tables = [...gold].map(([sentence, tuples]) => table(tuples, predictions.get(sentence) ?? []))
  const thresholds = [...new Set(tables.flatMap(({ confidences }) => confidences))].sort((a, b) => a - b)
  const curve = thresholds.map((threshold) => at(tables, threshold))
  const best = curve.reduce((best, figures) => figures.f1 > best.f1 ? figures : best, { precision: 0, recall: 0, f1: 0 })
  const points = [...curve, { precision: 1, recall: 0 }]
  const auc = points.slice(1).reduce((area, { precision, recall }, i) => area + (points[i]!.recall - recall) * (points[i]!.precision + precision) / 2, 0)
  return { ...best, auc, confidences: thresholds.length }
}

// ——— Domain: normalised triples with polarity and modality ———

export interface Fact { subject: string, predicate: string, object: string, polarity: Polarity, modality: Modality }
export interface DomainCase { text: string, owner: string, triples: Fact[], optional?: Fact[] }
export type Likeness = 'strict' | 'soft' | 'words'

const normal = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/[\p{P}\s]+$/u, '').trim().replace(/^(?:the|a|an|my|our|your|his|her|its|their|about|some)\s+/, '')

function overlap (one: string, other: string): number {
  const [gold, predicted] = [words(normal(one)), words(normal(other))]
  const { count } = shared(gold, predicted)
  return count === 0 ? 0 : 2 * count / (gold.length + predicted.length)
}

const first = (predicate: string): string | undefined => words(normal(predicate))[0]

const FIELDS = ['subject', 'predicate', 'object', 'polarity', 'modality'] as const

function alike (gold: Fact, predicted: Fact, likeness: Likeness): boolean {
  if (likeness === 'strict') return FIELDS.every((field) => (field === 'polarity' ? gold[field] === predicted[field] : normal(gold[field]) === normal(predicted[field])))
  const near = overlap(gold.subject, predicted.subject) >= 0.5 && overlap(gold.object, predicted.object) >= 0.6 &&
    first(gold.predicate) === first(predicted.predicate)
  return near && (likeness === 'words' || (gold.polarity === predicted.polarity && gold.modality === predicted.modality))
}

/** Micro precision, recall and F1. Optional facts and repeats of a matched one count neither way. */
export function domain (cases: readonly DomainCase[], predictions: readonly (readonly Fact[])[], likeness: Likeness): Figures & { matched: number } {
  let matched = 0
  let wrong = 0
  cases.forEach(({ triples, optional = [] }, i) => {
    const open = [...triples]
    for (const predicted of predictions[i] ?? []) {
      const found = open.findIndex((gold) => alike(gold, predicted, likeness))
      if (found >= 0) { open.splice(found, 1); matched++ } else if (![...triples, ...optional].some((gold) => alike(gold, predicted, likeness))) wrong++
    }
  })
  const precision = matched + wrong === 0 ? 0 : matched / (matched + wrong)
  const recall = matched / Math.max(1, cases.reduce((sum, { triples }) => sum + triples.length, 0))
  return { precision, recall, f1: f1(precision, recall), matched }
}
