import { chosen, proposals, type Proposal } from '../open.js'
import { flattened, valueOf, type Forest } from '../open/trees.js'
import { parse } from '../parse/parse.js'
import { carb, likeness, readGold, readPredictions, type Figures } from '../score.js'
import { boost, type BoostOptions } from './boost.js'

type Gold = ReturnType<typeof readGold>
type Row = Proposal & { target: number }
/** The proposals of one sentence, with what each is worth. */
interface Lesson { key: string, rows: Row[] }

export const OPTIONS: BoostOptions = { trees: 120, leaves: 8, rate: 0.1, least: 20, l2: 2 }

export type CarbFigures = Figures & { auc: number, confidences: number, tuples: number }

/** What each proposal is worth: the mean of its best precision and its best recall against the gold of its sentence. */
export function lessons (sentences: readonly string[], gold: Gold): Lesson[] {
  return sentences.map((sentence) => {
    const [key] = readPredictions(`${sentence}\t1\ta\tb\tc`).keys() as unknown as [string]
    const rows = proposals(parse(sentence.split(' '))).map((proposal) => {
      const { predicate, arg1, arg2 } = proposal.text
      const { precision, recall } = likeness(gold.get(key) ?? [], { predicate, args: [arg1, arg2] })
      return { ...proposal, target: (precision + recall) / 2 }
    })
    return { key, rows }
  })
}

/** The confidence learned from all of them. Deterministic. */
export function trainConfidence (taught: readonly Lesson[], options = OPTIONS): Forest {
  const rows = taught.flatMap(({ rows }) => rows)
  return boost(rows.map(({ features }) => features), rows.map(({ target }) => target), options)
}

/** The tuples of each sentence by a confidence that was learned without its fold: every `folds`th sentence from each start. */
export function outOfFold (taught: readonly Lesson[], { folds = 5, options = OPTIONS } = {}): Parameters<typeof carb>[1] {
  const predictions: Parameters<typeof carb>[1] = new Map()
  for (let fold = 0; fold < folds; fold++) {
    const forest = flattened(trainConfidence(taught.filter((_, i) => i % folds !== fold), options))
    taught.forEach(({ key, rows }, i) => {
      if (i % folds !== fold) return
      const valued = rows.map((row) => ({ ...row, value: valueOf(forest, row.features) }))
      predictions.set(key, chosen(valued).map(({ confidence, text: { predicate, arg1, arg2 } }) => ({ confidence, predicate, args: [arg1, arg2] })))
    })
  }
  return predictions
}

/** CaRB's figures by cross-validation. */
export function crossValidated (taught: readonly Lesson[], gold: Gold, options = OPTIONS): CarbFigures {
  const predictions = outOfFold(taught, { options })
  const tuples = [...predictions.values()].reduce((sum, rows) => sum + rows.length, 0)
  return { ...carb(gold, predictions), tuples }
}
