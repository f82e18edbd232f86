import { chunks, type Chunk } from '../chunks.js'
import { clauses, type Clause } from '../clauses.js'
import { CLOSED, VERBS } from '../lexicon.js'
import type { Parse } from '../parse/parse.js'
import { isVerb, type Tag } from '../tagset.js'
import type { Token } from '../tokens.js'
import { range, type Part } from './tree.js'

/** A tuple by the clauses between verb groups, without the tree: a second opinion where the tree errs. */
export interface Shallow {
  kind: Clause['kind']
  shared: boolean
  /** Not cut at a comma. */
  whole: boolean
  head: number
  predicate: Part
  arg1: Part
  arg2: Part
}

export function shallow (tree: Parse): Shallow[] {
  const tokens = tree.words.map((word, i): Token => {
    const tag = smallTag(tree, i)
    const low = word.toLowerCase()
    return { text: word, norm: low === "n't" ? 'not' : word, start: i, end: i + 1, tag, lemma: isVerb(tag) ? VERBS.get(low) ?? AUXILIARIES[low] ?? low : low }
  })
  const row = chunks(tokens)
  return clauses(tokens, row).flatMap((clause) => clause.verb === null || isPronoun(clause, tokens) ? [] : tuple(clause, row))
}

/** A subject that only points back says nothing by itself. */
const isPronoun = ({ subject: [first] }: Clause, tokens: readonly Token[]): boolean =>
  first !== undefined && /^(?:that|who|which|what)$/i.test(tokens[first.head]!.norm)

const AUXILIARIES: Record<string, string> = { "'s": 'be', "'re": 'be', "'m": 'be', "'ve": 'have', "'d": 'have' }

function tuple (clause: Clause, row: readonly Chunk[]): Shallow[] {
  const verb = clause.verb!
  const from = predicateEnd(clause, verb.to)
  const to = clause.rest.at(-1)?.to ?? from
  if (clause.subject.length === 0 || to <= from) return []
  const subject = wholeSubject(clause, row)
  const base = { kind: clause.kind, shared: clause.shared, head: verb.head, predicate: range(verb.from, from), arg1: range(subject.from, subject.to) }
  const comma = clause.rest.find((chunk) => chunk.from > from && chunk.kind === ',')?.from ?? to
  const whole = { ...base, whole: true, arg2: range(from, to) }
  return comma < to ? [whole, { ...base, whole: false, arg2: range(from, comma) }] : [whole]
}

/** The first preposition belongs to the predicate ("was held in", "is known as"), unless nothing follows it. */
function predicateEnd ({ rest }: Clause, end: number): number {
  const at = rest[0]?.kind === 'ADJ' && rest.length > 2 ? 1 : 0
  return rest[at]?.kind === 'IN' && rest.length > at + 1 ? rest[at]!.to : end
}

/** The subject with everything that belongs to it, up to the comma or the words before the verb. */
function wholeSubject (clause: Clause, row: readonly Chunk[]): { from: number, to: number } {
  const first = clause.subject[0]!
  let at = row.indexOf(clause.subject.at(-1)!)
  while (row[at + 1]?.kind === 'IN' && row[at + 2]?.kind === 'NP' && row[at + 2]!.to <= (clause.kind === 'relative' ? row[at]!.to : clause.verb!.from)) at += 2
  return { from: first.from, to: row[at]!.to }
}

const SMALL: Record<string, Tag> = {
  NNS: 'NN',
  NNPS: 'NNP',
  ADD: 'NNP',
  FW: 'NN',
  SYM: 'X',
  $: 'CD',
  JJR: 'JJ',
  JJS: 'JJ',
  AFX: 'JJ',
  RBR: 'RB',
  RBS: 'RB',
  RP: 'RB',
  UH: 'RB',
  PDT: 'DT',
  EX: 'PRP',
  PRP$: 'PS',
  WDT: 'WP',
  WP$: 'WP',
  WRB: 'WP',
  VBP: 'VB',
  '-LRB-': '(',
  '-RRB-': ')',
  '``': '"',
  "''": '"',
  HYPH: 'X',
  NFP: 'X',
  GW: 'NN',
  LS: 'X'
}

/** The tags of the tree in the small set that chunks and clauses read. */
function smallTag ({ tags, words, labels }: Parse, i: number): Tag {
  const tag = tags[i]!
  const low = words[i]!.toLowerCase()
  if (low === 'not' || low === "n't" || low === 'never') return 'NOT'
  if (tag === 'IN' && labels[i] === 'mark' && CLOSED.get(low) === 'SC') return 'SC'
  if (tag === 'TO' && labels[i] === 'case') return 'IN'
  return SMALL[tag] ?? tag as Tag
}
