import type { Chunk } from './chunks.js'
import type { Clause } from './clauses.js'
import { phrase } from './phrases.js'
import { described, each, named, role, type Reading, type Statement } from './statements.js'

/** "Lena, a Berlin-based ceramicist and the founder of Tonwerk, teaches": what a name is said to be in passing. */
export function apposition (row: readonly Chunk[], parts: readonly Clause[], reading: Reading): Statement[] {
  const { tokens, source, cast } = reading
  const subject = parts.find((clause) => clause.verb !== null && clause.subject.length > 0)?.subject[0]
  const position = subject === undefined ? -1 : row.indexOf(subject)
  const at = row[position - 1]?.kind === ',' && row[position - 2]?.kind === 'NP' ? position - 2 : position
  const noun = row[at]
  if (noun === undefined || row[at + 1]?.kind !== ',' || row[at + 2]?.kind !== 'NP') return []
  const close = row.findIndex((chunk, i) => i > at + 2 && chunk.kind === ',')
  if (close < 0 || row.slice(at + 2, close).some((chunk) => chunk.kind === 'VG')) return []
  const who = named(described(noun, reading), reading)
  const draft = { predicate: 'be', polarity: '+' as const, modality: 'certain' as const, by: 'apposition' as const, kind: 'main' as const, beside: [] }
  const first = row[at + 2]!
  const whole = described(first, reading)
  if (tokens[first.head]!.tag === 'NNP' && tokens[noun.head]!.tag === 'NN') {
    // "My podcast, Desi Debug": mine, and a podcast
    const kind = phrase(tokens, noun.from, noun.to, noun.head, source)
    const own = /^(?:my|our|his|her|their)$/i.test(tokens[noun.from]!.norm) ? each([{ name: cast.owner }], { ...draft, predicate: 'have' }, [whole], reading) : []
    return [...own, ...each([{ name: whole.text, span: whole.span }], draft, [kind], reading).map((fact) => ({ ...fact, object: kind.text }))]
  }
  return row.slice(at + 2, close).filter((chunk, i) => chunk.kind === 'NP' && row[at + 1 + i]?.kind !== 'IN')
    .flatMap((chunk) => role(who, draft, described(chunk, reading), [], reading, source, tokens))
}
