import type { Modality, Span, Triple, Unmapped } from '../../models/triple.js'
import { isRelation, type Label, type Relation } from '../../models/vocabulary.js'
import { EngineError } from '../errors.js'
import { canonicalName } from './canonical.js'
import { chunks, type Chunk } from './chunks.js'
import { clauses, type Clause } from './clauses.js'
import { confidence } from './confidence.js'
import { apposition } from './apposition.js'
import { fragment, labelled } from './fragments.js'
import { cast, remember, type Cast } from './names.js'
import { firstDay, lastDay } from './numbers.js'
import { mentionType, relate } from './relate.js'
import { phrase } from './phrases.js'
import { sentences, type Sentence } from './sentences.js'
import { statements, type Reading, type Statement } from './statements.js'
import { tokens as tokenise, type Token } from './tokens.js'

export interface ExtractOptions { owner: string, mode?: 'lenient' | 'strict', ownerType?: Label }
export interface Extraction { sentences: { text: string, start: number, end: number }[], triples: Triple[], unmapped: Unmapped[] }

export const TEXT_MAX = 200_000
const SENTENCE_WORDS_MAX = 500

/** What a text says about its owner and others, as triples with their place in the text. Synchronous, pure and deterministic. */
export function extract (text: string, options: ExtractOptions): Extraction {
  if (text.length > TEXT_MAX) throw new EngineError('invalid_argument', `The text has ${text.length} characters; at most ${TEXT_MAX} can be read at once. Split it and extract each part.`)
  if (options.owner.trim() === '') throw new EngineError('invalid_argument', 'The owner is empty; name the person or brand that "I" and "we" stand for.')
  const found = sentences(text)
  const source = { slice: (from: number, to: number) => text.slice(from, to) }
  const extraction: Extraction = { sentences: found.map(({ text, start, end }) => ({ text, start, end })), triples: [], unmapped: [] }
  let who = cast(options.owner)
  for (const sentence of found) who = readSentence(sentence, { source, cast: who }, options, extraction)
  return extraction
}

function readSentence (sentence: Sentence, context: Omit<Reading, 'tokens'>, options: ExtractOptions, into: Extraction): Cast {
  const drop = (reason: string, what: Partial<Unmapped> = {}) =>
    into.unmapped.push({ subject: '', predicate: '', object: '', ...what, reason, sentence: place(sentence) })
  if (tooLong(sentence.text)) {
    drop(`too long: more than ${SENTENCE_WORDS_MAX} words in one sentence`)
    return context.cast
  }
  if (/\?["'”’)]*$/.test(sentence.text)) {
    drop('question')
    return context.cast
  }
  const label = labelled(sentence, context)
  if (label !== null) {
    keep(label, sentence, options, into)
    return context.cast
  }
  const tokens = tokenise(sentence.text, sentence.start)
  const reading: Reading = { ...context, tokens }
  const mood = moodOf(tokens)
  const facts: Statement[] = []
  for (const row of segments(chunks(tokens), tokens)) {
    const parts = clauses(tokens, row)
    facts.push(...apposition(row, parts, reading))
    for (const clause of parts) {
      if (/^(?:if|unless|whether)$/.test(clause.link)) { drop('condition'); continue }
      const said = clause.verb === null ? notSoMuch(clause, facts, reading) ?? fragment(clause.rest, reading) : about(clause, parts, reading)
      if (said.length === 0 && clause.verb !== null) drop('no object', { predicate: tokens[clause.verb.head]!.lemma })
      facts.push(...said.map((fact) => ({ ...fact, modality: weaker(fact.modality, mood) })))
      reading.cast = heard(clause, facts, reading)
    }
  }
  keep(facts, sentence, options, into)
  return reading.cast
}

/** Semicolons, colons and dashes part what a sentence says. */
function segments (row: readonly Chunk[], tokens: readonly Token[]): Chunk[][] {
  const parts: Chunk[][] = [[]]
  for (const chunk of row) {
    const { tag } = tokens[chunk.from]!
    if (tag === ':') parts.push([])
    else if (tag !== '.' && tag !== '"') parts.at(-1)!.push(chunk)
  }
  return parts.filter((part) => part.length > 0)
}

/** "…; running, not so much": the verb before, denied. */
function notSoMuch (clause: Clause, facts: readonly Statement[], { tokens, source }: Reading): Statement[] | null {
  const before = facts.at(-1)
  if (before === undefined || !/\bnot so much$|\bless so$/i.test(clause.rest.flatMap((chunk) => tokens.slice(chunk.from, chunk.to)).map((token) => token.norm).join(' '))) return null
  return clause.rest.filter((chunk, i) => chunk.kind === 'NP' && (i === 0 || clause.rest[i - 1]!.kind === 'CC')).map((chunk) => {
    const { text, span } = phrase(tokens, chunk.from, chunk.to, chunk.head, source)
    return { ...before, object: text, objectSpan: span, head: tokens[chunk.head], polarity: '-' }
  })
}

const place = ({ start, end }: Span): Span => ({ start, end })
const tooLong = (text: string): boolean => text.length > 12 * SENTENCE_WORDS_MAX || (text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0) > 2 * SENTENCE_WORDS_MAX

/** Statements of one clause; whatever describes the owner's own role is said of the owner. */
function about (clause: Clause, parts: readonly Clause[], reading: Reading): Statement[] {
  const { tokens, cast } = reading
  if (/^rumou?rs?$/i.test(tokens[clause.subject[0]?.head ?? -1]?.norm ?? '')) return []
  const said = statements(clause, reading)
  const antecedent = clause.kind === 'main' || clause.shared ? undefined : clause.subject[0]
  const copula = antecedent === undefined ? undefined : parts.find((part) => part !== clause && (part.verb === null || tokens[part.verb.head]!.lemma === 'be') && isNamed(part, antecedent))
  if (copula === undefined) return clause.kind === 'infinitive' ? purpose(said, clause, parts, reading) : said
  const subject = copula.subject[0] === undefined ? cast.owner : statements(copula, reading)[0]?.subject ?? cast.owner
  return said.map((fact) => ({ ...fact, subject, subjectSpan: undefined }))
}

/** Whether a clause says that its subject is the noun: "I'm a potter", not "I'm open to potters". */
function isNamed (clause: Clause, noun: Chunk): boolean {
  const at = clause.rest.indexOf(noun)
  return at >= 0 && !clause.rest.slice(0, at).some((chunk) => chunk.kind === 'IN' || chunk.kind === 'ADJ')
}

/** "to review our shoe" after a search is the task of who is sought; elsewhere it is what the subject does it for. */
function purpose (said: Statement[], clause: Clause, parts: readonly Clause[], reading: Reading): Statement[] {
  const before = parts[parts.indexOf(clause) - 1]
  if (before?.verb == null) return []
  const lemma = reading.tokens[before.verb.head]!.lemma
  if (/^(?:look|seek|need|want|hire|search|invite|ask|help|encourage|get)$/.test(lemma)) return []
  return said.filter((fact) => relate(fact) !== undefined)
}

/** Hearsay and conditions weaken everything that a sentence says for certain. */
function moodOf (tokens: readonly Token[]): Modality {
  const unsure = tokens.some((token) => /^(?:if|unless|rumou?rs?|allegedly|reportedly|apparently|maybe|perhaps|possibly|probably)$/i.test(token.norm))
  return unsure ? 'possible' : 'certain'
}

const weaker = (modality: Modality, mood: Modality): Modality => modality === 'certain' ? mood : modality

function heard (clause: Clause, facts: readonly Statement[], { cast, tokens }: Reading): Cast {
  const last = facts.at(-1)
  if (last === undefined) return cast
  const subject = clause.subject[0]
  const after = remember(cast, last.subject, subject === undefined ? undefined : tokens[subject.head], 'subject')
  return last.head === undefined ? after : remember(after, last.object, last.head, 'object')
}

function keep (facts: readonly Statement[], sentence: Sentence, { mode = 'lenient', owner, ownerType }: ExtractOptions, into: Extraction): void {
  for (const fact of facts) {
    const reject = (reason: string) => into.unmapped.push({ subject: fact.subject, predicate: fact.predicate, object: fact.object, reason, sentence: place(sentence) })
    const related = relate(fact)
    const object = canonicalName(fact.object)
    if (object === '' || NOTHING.test(object) || NOTHING.test(fact.subject)) reject('no object')
    else if (fact.narrowed === true && denies(fact, related)) reject('holds only for some')
    else if (TIMES.test(object)) reject('time')
    else if (fact.predicate === 'be' && fact.head?.tag === 'CD') reject('number')
    else if (object.length > 500 || fact.subject.length > 500 || fact.predicate.length > 200) reject('too long')
    else if (object.toLowerCase() === fact.subject.toLowerCase()) reject('says nothing new')
    else if (related === undefined && mode === 'strict') reject(`"${fact.predicate}" is not in the vocabulary`)
    else add(triple(fact, object, related ?? { relation: 'MENTIONS', objectType: mentionType(fact), properties: undefined }, sentence, owner, ownerType), into)
  }
}

/** "I avoid brands that hide their prices" says nothing against brands. */
const denies = (fact: Statement, related: Place | undefined): boolean => fact.polarity === '-' || related?.relation === 'AVOIDS'

/** Words that stand for nothing by themselves, alone or at the end ("three of them"). */
const NOTHING = /^(?:you|yours?|everyone|everybody|everything|anyone|anybody|anything|someone|somebody|something|nobody|nothing|who|which|one|ones|there|this|that|these|those|what|most|more|much|many|some|all|any|both|each|few|several|others?|none|it|them|they|lots?|.* of (?:them|you|it|us|me|both))$/i
const TIMES = /^(?:(?:at |the |every |each )?(?:nights?|weekends?|mornings?|evenings?|days?|weeks?|months?|years?|time|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|spring|summer|autumn|winter)|(?:19|20)\d\d)$/i

type Place = NonNullable<ReturnType<typeof relate>>

function triple (fact: Statement, object: string, { relation, objectType, properties }: Place, sentence: Sentence, owner: string, ownerType: Label | undefined): Triple {
  const { since, until } = dates(fact)
  const spans: Triple['spans'] = { sentence: place(sentence), object: fact.objectSpan }
  if (fact.subjectSpan !== undefined) spans.subject = fact.subjectSpan
  if (fact.predicateSpan !== undefined) spans.predicate = fact.predicateSpan
  const made: Triple = {
    subject: fact.subject === owner ? owner : canonicalName(fact.subject) || fact.subject,
    predicate: fact.predicate,
    object: object === canonicalName(owner) ? owner : object,
    relation,
    polarity: fact.polarity,
    modality: wished(relation, fact),
    confidence: confidence(fact, relation, sentence.text),
    spans
  }
  if (ownerType !== undefined && fact.subject === owner) made.subjectType = ownerType
  if (objectType !== undefined && isRelation(relation)) made.objectType = object === owner && ownerType !== undefined ? ownerType : objectType
  if (since !== undefined) made.validFrom = since
  if (until !== undefined) made.validTo = until
  if (properties !== undefined) made.properties = properties
  return made
}

/** Who looks for something wishes for it. */
const wished = (relation: Relation, fact: Statement): Modality =>
  relation === 'SEEKS' && fact.modality === 'certain' && /^(?:look for|seek|want|need|search for)$/.test(fact.predicate) && fact.by !== 'fragment' ? 'desired' : fact.modality

function dates (fact: Statement): { since: string | undefined, until: string | undefined } {
  const year = (prep: string) => fact.beside.find((slot) => slot.prep === prep)?.items[0]?.text ?? ''
  return { since: firstDay(year('since')), until: lastDay(year('until')) }
}

/** The same triple twice in one place says it once. */
function add (made: Triple, into: Extraction): void {
  const same = (other: Triple) => other.subject === made.subject && other.predicate === made.predicate && other.object === made.object && other.spans.object.start === made.spans.object.start
  if (!into.triples.some(same)) into.triples.push(made)
}

