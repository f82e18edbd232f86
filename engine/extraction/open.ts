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
  const from = predicateEnd(clause, verb.to)
  const to = clause.rest.at(-1)?.to ?? from
  if (clause.subject.length === 0 || to <= from) return []
  const subject = whole(clause, row)
  const part = (from: number, to: number) => words.slice(from, to).join(' ')
  const confidence = trust(clause, subject, to - from, tokens)
  return [{ confidence, predicate: part(verb.from, from), arg1: part(subject.from, subject.to), arg2: part(from, to) }]
}

/** The first preposition belongs to the predicate ("was held in", "is known as"), unless nothing follows it. */
function predicateEnd ({ rest }: Clause, end: number): number {
  const at = rest[0]?.kind === 'ADJ' && rest.length > 2 ? 1 : 0
  return rest[at]?.kind === 'IN' && rest.length > at + 1 ? rest[at]!.to : end
}

/** The subject with everything that belongs to it, up to the comma or the words before the verb. */
function whole (clause: Clause, row: readonly Chunk[]): { from: number, to: number } {
  const first = clause.subject[0]!
  let at = row.indexOf(clause.subject.at(-1)!)
  while (row[at + 1]?.kind === 'IN' && row[at + 2]?.kind === 'NP' && row[at + 2]!.to <= (clause.kind === 'relative' ? row[at]!.to : clause.verb!.from)) at += 2
  return { from: first.from, to: row[at]!.to }
}

const LOOSE: Record<Clause['kind'], number> = { main: 0, relative: 0.1, infinitive: 0.2, participle: 0.2, fragment: 0.2 }

/** A rank, not a probability: short arguments, early verbs and full subjects are read more reliably. */
function trust (clause: Clause, subject: { from: number, to: number }, objectLength: number, tokens: readonly Token[]): number {
  const pronoun = tokens[subject.to - 1]!.tag === 'PRP' ? 0.03 : 0
  const doubt = 0.004 * objectLength + 0.01 * Math.max(0, subject.to - subject.from - 4) + 0.002 * tokens.length +
    LOOSE[clause.kind] + (clause.shared ? 0.08 : 0) + pronoun
  return Math.round(1000 * Math.max(0.05, 0.95 - doubt)) / 1000
}
