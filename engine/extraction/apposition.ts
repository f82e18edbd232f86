import type { Chunk } from './chunks.js'
import type { Clause } from './clauses.js'
import { phrase } from './phrases.js'
import { described, each, named, role, type Reading, type Statement } from './statements.js'

const DRAFT = { predicate: 'be', polarity: '+' as const, modality: 'certain' as const, by: 'apposition' as const, kind: 'main' as const, beside: [] }

/** "Lena, a Berlin-based ceramicist and the founder of Tonwerk, teaches": what a name is said to be in passing. */
export function apposition (row: readonly Chunk[], parts: readonly Clause[], reading: Reading): Statement[] {
  const at = start(row, parts)
  const noun = row[at]
  const close = row.findIndex((chunk, i) => i > at + 2 && chunk.kind === ',')
  if (noun === undefined || close < 0 || row.slice(at + 2, close).some((chunk) => chunk.kind === 'VG')) return []
  if (reading.tokens[row[at + 2]!.head]!.tag === 'NNP' && reading.tokens[noun.head]!.tag === 'NN') return naming(noun, row[at + 2]!, reading)
  const who = named(described(noun, reading), reading)
  return row.slice(at + 2, close).filter((chunk, i) => chunk.kind === 'NP' && row[at + 1 + i]?.kind !== 'IN')
    .flatMap((chunk) => role(who, DRAFT, described(chunk, reading), [], reading))
}

/** Where "noun, noun phrase" begins, around the subject; -1 where there is none. */
function start (row: readonly Chunk[], parts: readonly Clause[]): number {
  const subject = parts.find((clause) => clause.verb !== null && clause.subject.length > 0)?.subject[0]
  const place = subject === undefined ? -1 : row.indexOf(subject)
  const at = pair(row, place - 2) ? place - 2 : place
  return pair(row, at) ? at : -1
}

const pair = (row: readonly Chunk[], at: number): boolean =>
  at >= 0 && row[at]!.kind === 'NP' && row[at + 1]?.kind === ',' && row[at + 2]?.kind === 'NP'

/** "My podcast, Desi Debug": mine, and a podcast */
function naming (noun: Chunk, name: Chunk, reading: Reading): Statement[] {
  const { tokens, source, cast } = reading
  const whole = described(name, reading)
  const kind = phrase(tokens, noun.from, noun.to, noun.head, source)
  const own = /^(?:my|our|his|her|their)$/i.test(tokens[noun.from]!.norm) ? each([{ name: cast.owner }], { ...DRAFT, predicate: 'have' }, [whole], reading) : []
  return [...own, ...each([{ name: whole.text, span: whole.span }], DRAFT, [kind], reading).map((fact) => ({ ...fact, object: kind.text }))]
}
