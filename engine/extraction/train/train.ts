import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readGold } from '../score.js'
import { readSyntax, saveSyntax } from '../parse/weights.js'
import { crossValidated, lessons, trainConfidence } from './confidence.js'
import { accuracy, jackknifed, trainParser, trainTagger } from './syntax.js'
import { readTreebank } from './treebank.js'

/**
 * Learns the shipped weights: tagger and parser from the training part of UD English-EWT, the confidence of open tuples from CaRB's development
 * part. Deterministic: the same data give the same files. `--only syntax` or `--only confidence` leaves the other as it is.
 */
const { values: { treebank, carb, only } } = parseArgs({
  options: { treebank: { type: 'string', default: '../shared/data/ud-ewt' }, carb: { type: 'string', default: '../shared/data/carb-dev' }, only: { type: 'string' } }
})
const BITS = { tags: 17, moves: 20, labels: 17 }
const names = (rows: readonly string[][]): string[] => [...new Set(rows.flat())].sort()
const part = (share: number): string => share.toFixed(3)

for (const file of [...only === 'confidence' ? [] : [`${treebank}/train.conllu.gz`], ...only === 'syntax' ? [] : [`${carb}/gold.tsv`]]) {
  if (!existsSync(file)) throw new Error(`There is no ${file}; name the folders with --treebank and --carb.`)
}
if (only !== 'confidence') syntax()
if (only !== 'syntax') confidence()

function syntax (): void {
  const [train, dev] = ['train', 'dev'].map((name) => readTreebank(`${treebank}/${name}.conllu.gz`)) as [ReturnType<typeof readTreebank>, ReturnType<typeof readTreebank>]
  const [tagNames, labelNames] = [names(train.map(({ tags }) => tags)), names(train.map(({ labels }) => labels))]
  const { lexicon, model: tags } = trainTagger(train, tagNames, BITS.tags, 6)
  const given = jackknifed(train, tagNames, BITS.tags, 4, 5)
  const parser = trainParser(train, given, labelNames, BITS, 14)
  const bytes = saveSyntax({ tagNames, labelNames, lexicon, tags, ...parser })
  const { tags: tagged, attached, labelled } = accuracy(dev, readSyntax())
  console.log(`tags ${part(tagged)}, UAS ${part(attached)}, LAS ${part(labelled)} on the treebank's dev part (signs left out of the last two); ${(bytes / 1e6).toFixed(1)} MB`)
}

function confidence (): void {
  const gold = readGold(readFileSync(`${carb}/gold.tsv`, 'utf8'))
  const taught = lessons(readFileSync(`${carb}/sentences.txt`, 'utf8').split('\n').filter((line) => line.trim() !== ''), gold)
  writeFileSync(fileURLToPath(new URL('../weights/confidence.json', import.meta.url)), JSON.stringify(trainConfidence(taught)) + '\n')
  const { precision, recall, f1, auc, tuples } = crossValidated(taught, gold)
  console.log(`CaRB dev by cross-validation: P ${part(precision)}, R ${part(recall)}, F1 ${part(f1)}, AUC ${part(auc)}; ${tuples} tuples`)
}
