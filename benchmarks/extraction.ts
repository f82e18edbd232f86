import { existsSync, readFileSync } from 'node:fs'
import { bench } from './bench.js'
import { extract } from '../engine/extraction/extract.js'
import { openTuples } from '../engine/extraction/open.js'
import { carb, domain, readGold, readPredictions, type DomainCase } from '../engine/extraction/score.js'

// How well and how fast is text read? Scores on the development parts only, beside three known systems re-scored in the same run.
const DATA = process.argv.find((argument) => argument.startsWith('--data='))?.slice('--data='.length) ?? '../shared/data'
const read = (file: string) => readFileSync(`${DATA}/${file}`, 'utf8')
const lines = (file: string) => read(file).split('\n').filter((line) => line.trim() !== '')

const PROFILE = "I'm Mia, a vegan chef from Hanoi; my channel reaches 50k followers on TikTok. We make refillable skincare for people with sensitive skin and sell it across Scandinavia. " +
  'Looking for creators who talk about slow travel. No fast fashion, please. She has hosted the podcast Loose Threads since 2019 and would love to team up with a mending brand.'

/** Sentences per second of processor time, after one warm run. */
function speed (sentences: number, act: () => void): number {
  act()
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return Math.round(sentences / ((user + system) / 1e6))
}

await bench('extraction', async ({ size, report }) => {
  const times = size('profiles', { smoke: 5, full: 400 })
  const found = extract(PROFILE, { owner: 'Mia Tran' })
  report({
    triplesPerProfile: found.triples.length,
    profileSentencesPerCpuSecond: speed(times * found.sentences.length, () => { for (let i = 0; i < times; i++) extract(PROFILE, { owner: 'Mia Tran' }) })
  })
  if (!existsSync(`${DATA}/domain-dev.jsonl`)) return

  const cases = lines('domain-dev.jsonl').map((line) => JSON.parse(line) as DomainCase)
  const facts = cases.map(({ text, owner }) => extract(text, { owner }).triples)
  const soft = domain(cases, facts, 'soft')
  report({
    domainStrictF1: domain(cases, facts, 'strict').f1,
    domainSoftF1: soft.f1,
    polarityAndModality: soft.matched / domain(cases, facts, 'words').matched
  })

  const gold = readGold(read('carb-dev/gold.tsv'))
  const sentences = lines('carb-dev/sentences.txt').slice(0, size('carbSentences', { smoke: 50, full: 1_000 }))
  const tuples = sentences.flatMap((sentence) => openTuples(sentence).map(({ confidence, predicate, arg1, arg2 }) => [sentence, confidence, predicate, arg1, arg2].join('\t')))
  const ours = carb(gold, readPredictions(tuples.join('\n')))
  const { precision, recall, f1, auc, confidences } = ours
  report({ carbPrecision: precision, carbRecall: recall, carbF1: f1, carbAuc: auc, carbConfidences: confidences, carbTuples: tuples.length })
  report({ carbSentencesPerCpuSecond: speed(sentences.length, () => { for (const sentence of sentences) openTuples(sentence) }) })
  for (const [peer, file] of [['openIe5', 'openie5'], ['minIe', 'minie-safe'], ['coreNlp', 'corenlp-openie']] as const) {
    const figures = carb(gold, readPredictions(read(`carb-dev/peer-${file}.tab`)))
    report({ [`${peer}F1`]: figures.f1, [`${peer}Auc`]: figures.auc })
  }
})
