import { chunks, type Chunk } from './chunks.js'
import { clauses, type Clause } from './clauses.js'
import { givenTokens, type Token } from './tokens.js'

export interface OpenTuple { confidence: number, predicate: string, arg1: string, arg2: string }

const WORDS_MAX = 500

/** Who does what, in the sentence's own tokens (Penn Treebank style, split by spaces), for readers of open information extraction. */
export function openTuples (sentence: string): OpenTuple[] {
  const words = sentence.trim().split(/\s+/)
  if (words.length > WORDS_MAX || words[0] === '') return []
  const tokens = givenTokens(words)
  const row = chunks(tokens)
  const parts = clauses(tokens, row)
  return parts.flatMap((clause) => clause.verb === null ? [] : tuple(clause, tokens, row, words))
}

function tuple (clause: Clause, tokens: readonly Token[], row: readonly Chunk[], words: readonly string[]): OpenTuple[] {
  const verb = clause.verb!
  const subject = clause.subject.length === 0 ? null : whole(clause, row)
  if (subject === null) return []
  let from = verb.to
  if (clause.rest[0]?.kind === 'IN' && clause.rest.length > 1) from = clause.rest[0].to
  else if (clause.rest[0]?.kind === 'ADJ' && clause.rest[1]?.kind === 'IN' && clause.rest.length > 2) from = clause.rest[1].to
  const to = clause.rest.at(-1)?.to ?? from
  const arg2 = to > from ? words.slice(from, to).join(' ') : ''
  const arg1 = words.slice(subject.from, subject.to).join(' ')
  if (arg2 === '') return []
  return [{ confidence: trust(clause, subject, to - from, tokens), predicate: words.slice(verb.from, from).join(' '), arg1, arg2 }]
}

/** The subject with everything that belongs to it, up to the comma or the words before the verb. */
function whole (clause: Clause, row: readonly Chunk[]): { from: number, to: number } {
  const first = clause.subject[0]!
  let at = row.indexOf(clause.subject.at(-1)!)
  while (row[at + 1]?.kind === 'IN' && row[at + 2]?.kind === 'NP' && row[at + 2]!.to <= (clause.kind === 'relative' ? row[at]!.to : clause.verb!.from)) at += 2
  return { from: first.from, to: row[at]!.to }
}

/** A rank, not a probability: short arguments, early verbs and full subjects are read more reliably. */
function trust (clause: Clause, subject: { from: number, to: number }, objectLength: number, tokens: readonly Token[]): number {
  const pronoun = tokens[subject.to - 1]!.tag === 'PRP' ? 0.03 : 0
  const doubt = 0.004 * objectLength + 0.01 * Math.max(0, subject.to - subject.from - 4) + 0.002 * tokens.length +
    (clause.kind === 'main' ? 0 : clause.kind === 'relative' ? 0.1 : 0.2) + (clause.shared ? 0.08 : 0) + pronoun
  return Math.round(1000 * Math.max(0.05, 0.95 - doubt)) / 1000
}
