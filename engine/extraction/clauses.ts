import type { Chunk, Range } from './chunks.js'
import { startsTime } from './chunks.js'
import type { Token } from './tokens.js'

/** One verb group with what it says it of and what it says. Positions count chunks, except where a range of tokens is named. */
export interface Clause {
  kind: 'main' | 'relative' | 'infinitive' | 'participle' | 'fragment'
  /** Noun phrases that are the subject, or none where it is understood. */
  subject: Chunk[]
  /** The subject is that of an earlier clause. */
  shared: boolean
  verb: Chunk | null
  /** What follows the verb, up to the next clause. */
  rest: Chunk[]
  /** The noun phrase an object relative is about: "the brand that I want to work with". */
  object: Chunk[]
  /** The word that joins it: "if", "although", "without". */
  link: string
}

/** The clauses of one sentence, left to right. */
export function clauses (tokens: readonly Token[], row: readonly Chunk[]): Clause[] {
  const found: Clause[] = []
  const starts: number[] = [] // where the words of each clause begin, its subject and joining word included
  row.forEach((chunk, at) => {
    if (chunk.kind !== 'VG') return
    const { from, ...clause } = opening(tokens, row, at, found)
    found.push(clause)
    starts.push(from)
  })
  const verbs = row.flatMap((chunk, at) => chunk.kind === 'VG' ? [at] : [])
  verbs.forEach((at, i) => { found[i]!.rest = trimmed(row.slice(at + 1, Math.max(at + 1, starts[i + 1] ?? row.length)), tokens) })
  return found.length > 0 ? [...before(row, starts[0]!, found[0]!), ...found] : [fragment(row)]
}

type Opening = Clause & { from: number }

function opening (tokens: readonly Token[], row: readonly Chunk[], at: number, earlier: readonly Clause[]): Opening {
  const verb = row[at]!
  const previous = row.findLastIndex((chunk, i) => i < at && chunk.kind === 'VG')
  let left = at - 1
  while (left > previous && row[left]!.kind === 'ADV') left--
  const base = { verb, rest: [], object: [], shared: false, subject: [], link: '', kind: 'main' as const, from: left + 1 }
  const chunk = left > previous ? row[left]! : undefined
  const context: Context = { tokens, row, at, previous, left, earlier, base }
  if (chunk === undefined) return previous < 0 ? base : follow(context)
  if (chunk.kind === 'WP') return relative(context)
  if (chunk.kind === 'TO') return { ...base, kind: 'infinitive', subject: lastSubject(earlier), shared: true, from: left }
  if (chunk.kind === 'NP' && !startsTime(tokens, chunk.from)) return withSubject(context)
  return follow(context)
}

/** The verb stands at `at`, the verb before it at `previous`, the nearest word that is no adverb at `left`. */
interface Context { tokens: readonly Token[], row: readonly Chunk[], at: number, previous: number, left: number, earlier: readonly Clause[], base: Opening }

/** "creators who talk", "Adobe, which sponsors" */
function relative ({ row, left, base, earlier, tokens }: Context): Opening {
  const link = word(tokens, row[left]!)
  const noun = antecedent(row, left, tokens, link === 'who')
  return { ...base, kind: 'relative', subject: noun?.kind === 'NP' ? [noun] : lastSubject(earlier), link, from: left }
}

/** The noun a relative clause is about; of "an architect in Bogotá who", the person, not the place. */
function antecedent (row: readonly Chunk[], left: number, tokens: readonly Token[], person: boolean): Chunk | undefined {
  let at = left - 1
  while (isKind(row[at], ',', 'IN')) at--
  const place = isKind(row[at - 1], 'IN') && isKind(row[at - 2], 'NP') && tokens[row[at]!.head]!.tag === 'NNP'
  return person && place ? row[at - 2] : row[at]
}

/** The noun phrase before the verb, with its own phrases and partners, unless the verb before it claims them. */
function withSubject (context: Context): Opening {
  const { tokens, row, at, previous, left, base, earlier } = context
  const verbForm = tokens[row[at]!.from]!.tag
  const reduced = (verbForm === 'VBG' || verbForm === 'VBN') && row[at]!.to - row[at]!.from <= 2
  if (reduced) return { ...base, kind: 'participle', subject: [head(row, left, previous + 1)], from: at }
  const first = subjectStart(row, left, previous)
  const subject = partners(row, first, left)
  const joint = joiner(tokens, row, first - 1)
  const opened = { ...base, subject, link: joint.link, from: joint.from }
  const who = row[first - 1]
  if (who?.kind !== 'WP' || first < 2) return opened
  if (word(tokens, who) === 'whose') return { ...opened, kind: 'relative', link: 'whose', from: first - 1 }
  const antecedent = row[first - 2]!
  return { ...opened, kind: 'relative', object: antecedent.kind === 'NP' ? [antecedent] : lastSubject(earlier), from: first - 1 }
}

/** No noun phrase directly before: the verb shares the subject of an earlier clause. */
function follow (context: Context): Opening {
  const { tokens, row, at, left, base, earlier } = context
  const { link, from } = joiner(tokens, row, left)
  const { tag } = tokens[row[at]!.from]!
  const last = earlier.at(-1)
  const comma = isKind(row[left], ',')
  // "Lena, a ceramicist, teaches": the first noun phrase, the others describe it
  if (last === undefined && comma && !/^VB[GN]$/.test(tag)) return { ...base, subject: apposed(row.slice(0, left), tokens), from: 0 }
  // "the brand that I want to work with is Muji": back to the noun that the relative clause is about
  if (resumes(last, link)) return { ...base, subject: last!.object, from: left + 1 }
  const subject = comma ? mainSubject(earlier) : lastSubject(earlier)
  return { ...base, kind: tag === 'VBG' && link !== 'and' ? 'participle' : 'main', subject, shared: true, link, from }
}

const isKind = (chunk: Chunk | undefined, ...kinds: Chunk['kind'][]): boolean => chunk !== undefined && kinds.includes(chunk.kind)

const resumes = (last: Clause | undefined, link: string): boolean => last?.kind === 'relative' && last.object.length > 0 && !/^(?:and|or|but)$/.test(link)

/** "Vera, who grew up in Porto, writes": after the comma the main clause goes on. */
function mainSubject (earlier: readonly Clause[]): Chunk[] {
  const main = earlier.findLast((clause) => clause.kind === 'main')
  return earlier.at(-1)?.kind === 'relative' && main !== undefined ? main.subject : lastSubject(earlier)
}

/** "My podcast, Salt Roads, covers": the name of the two, else the first. */
function apposed (row: readonly Chunk[], tokens: readonly Token[]): Chunk[] {
  const [first, second] = row.filter((chunk) => chunk.kind === 'NP')
  if (first === undefined || second === undefined) return first === undefined ? [] : [first]
  return tokens[first.head]!.tag === 'NN' && tokens[second.head]!.tag === 'NNP' && tokens[second.from]!.tag === 'NNP' ? [second] : [first]
}

const lastSubject = (earlier: readonly Clause[]): Chunk[] => earlier.findLast((clause) => clause.kind !== 'infinitive')?.subject ?? []
const word = (tokens: readonly Token[], chunk: Chunk | undefined): string => chunk === undefined ? '' : tokens[chunk.from]!.norm.toLowerCase()

/** The first phrase of "fans of Kaya", seen from its end. */
function head (row: readonly Chunk[], left: number, from: number): Chunk {
  let at = left
  while (at - 2 >= from && row[at - 1]!.kind === 'IN' && row[at - 2]!.kind === 'NP') at -= 2
  return row[at]!
}

/** Where the subject begins. With a verb before it, a comma or "and" parts the two; with none, all from the boundary on belongs to it. */
function subjectStart (row: readonly Chunk[], left: number, previous: number): number {
  let first = left
  for (let at = left; at > previous + 1;) {
    const step = stepBack(row, at, previous < 0)
    if (step === 0) break
    at -= step
    if (row[at]!.kind === 'NP') first = at
  }
  return row[first - 1]?.kind === 'IN' && first < left ? first + 1 : first
}

/** How many chunks before one belong to the same subject: a phrase, a prepositional phrase, a joining word; 0 where it begins. */
function stepBack (row: readonly Chunk[], at: number, joins: boolean): number {
  const kind = row[at - 1]!.kind
  if (kind === 'IN' && row[at - 2]?.kind === 'NP') return 2
  return kind === 'NP' || (joins && (kind === 'CC' || kind === ',')) ? 1 : 0
}

/** The phrases of a coordinated subject without those that only describe one of them. */
const partners = (row: readonly Chunk[], first: number, left: number): Chunk[] =>
  row.slice(first, left + 1).filter((chunk, i) => chunk.kind === 'NP' && (i === 0 || row[first + i - 1]!.kind !== 'IN'))

/** The words that join a clause to the one before it. */
function joiner (tokens: readonly Token[], row: readonly Chunk[], at: number): { link: string, from: number } {
  let from = at
  let link = ''
  while (from >= 0 && ['CC', 'SC', ',', 'ADV', 'SIGN', 'IN'].includes(row[from]!.kind)) {
    if (/^(?:CC|SC|IN)$/.test(row[from]!.kind)) link = word(tokens, row[from]!)
    from--
  }
  return { link, from: from + 1 }
}

function trimmed (rest: Chunk[], tokens: readonly Token[]): Chunk[] {
  let end = rest.length
  while (end > 0 && (['CC', ',', 'SIGN', 'SC', 'TO'].includes(rest[end - 1]!.kind)) && tokens[rest[end - 1]!.from]!.tag !== 'X') end--
  return rest.slice(0, end)
}

/** What stands before the first clause and belongs to none: "Rumour has it", a heading, a name. */
function before (row: readonly Chunk[], to: number, first: Clause): Clause[] {
  if (to > 0 && (first.kind === 'relative' || first.kind === 'participle')) return [fragment(row.slice(0, to))]
  return []
}

const fragment = (row: readonly Chunk[]): Clause =>
  ({ kind: 'fragment', subject: [], shared: false, verb: null, rest: [...row], object: [], link: '' })

/** The tokens that chunks cover. */
export const cover = (row: readonly Chunk[]): Range => ({ from: row[0]!.from, to: row[row.length - 1]!.to })
