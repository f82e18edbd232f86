import type { Modality, Span, Triple, Unmapped } from '../../models/triple.js'
import type { Label, Relation } from '../../models/vocabulary.js'
import { EngineError } from '../errors.js'
import { canonicalName } from './canonical.js'
import { cautious } from './caution.js'
import { chunks, type Chunk } from './chunks.js'
import { clauses, type Clause } from './clauses.js'
import { confidence, confidenceTerms } from './confidence.js'
import { apposition } from './apposition.js'
import { fragment, labelled } from './fragments.js'
import { afterObject, afterSubject, cast, type Cast } from './names.js'
import { firstDay, lastDay } from './numbers.js'
import { isForeign } from './language.js'
import { mentionType, relate } from './relate.js'
import { phrase } from './phrases.js'
import { sentences, type Sentence } from './sentences.js'
import { statements, type Context, type Reading, type Statement } from './statements.js'
import { tokens as tokenise, type Token } from './tokens.js'

/** Behind one triple: the sentence as tagged words, the construction that was read, the terms of the confidence. */
export interface Why { parse: string, rule: string, confidence: string }
export interface ExtractOptions { owner: string, mode?: 'lenient' | 'strict', ownerType?: Label, explain?: (triple: Triple, why: Why) => void }
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

function readSentence (sentence: Sentence, context: Context, options: ExtractOptions, into: Extraction): Cast {
  const drop: Drop = (reason, predicate = '') => { into.unmapped.push({ subject: '', predicate, object: '', reason, sentence: place(sentence) }) }
  const unread = unreadable(sentence.text)
  if (unread !== null) {
    drop(unread)
    return context.cast
  }
  const reading: Reading = { ...context, tokens: tokenise(sentence.text, sentence.start, context.cast.words), resolved: new Map() }
  const facts = labelled(sentence, context) ?? readSegments(reading, drop)
  const heeded = facts.map((fact) => cautious(fact, sentence))
  keep(REFUSED.test(sentence.text) ? heeded.map(refused) : heeded, { ...sentence, tokens: reading.tokens }, options, into)
  return reading.cast
}

/** Why a sentence is not read; null where it is. */
function unreadable (sentence: string): string | null {
  if (tooLong(sentence)) return `too long: more than ${SENTENCE_WORDS_MAX} words in one sentence`
  if (/\?["'”’)]*$/.test(sentence)) return 'question'
  return isForeign(sentence) ? 'not English' : null
}

type Drop = (reason: string, predicate?: string) => void

function readSegments (reading: Reading, drop: Drop): Statement[] {
  const facts: Statement[] = []
  const mood = moodOf(reading.tokens)
  for (const row of segments(chunks(reading.tokens), reading.tokens)) {
    const parts = clauses(reading.tokens, row)
    facts.push(...apposition(row, parts, reading))
    for (const clause of parts) {
      if (CONDITION.test(clause.link)) {
        drop('condition')
        continue
      }
      const said = clause.verb === null ? notSoMuch(clause, facts, reading) ?? fragment(clause.rest, reading) : about(clause, parts, reading)
      if (said.length === 0 && clause.verb !== null) drop('no object', reading.tokens[clause.verb.head]!.lemma)
      facts.push(...said.map((fact) => ({ ...fact, modality: weaker(fact.modality, mood) })))
      reading.cast = heard(clause, said, reading)
    }
  }
  return facts
}

const CONDITION = /^(?:if|unless|whether|provided)$/
const UNSURE = /^(?:if|unless|provided|rumou?rs?|allegedly|reportedly|apparently|maybe|perhaps|possibly|probably)$/i

/** "Pod machines: no thanks." */
const REFUSED = /[:,;—–-]\s*(?:no|nope|no,? thanks|no,? thank you|never|not for (?:me|us)|hard pass|no way|please don['’]t)[.!]*$/i
const refused = (fact: Statement): Statement => fact.by === 'fragment' ? { ...fact, predicate: 'want', polarity: '-' } : fact

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
  const said = statements(clause, reading)
  const [subject] = clause.subject
  if (subject !== undefined && UNSURE.test(reading.tokens[subject.head]!.norm)) return []
  const holder = subject === undefined || clause.kind === 'main' || clause.shared ? undefined : holderOf(clause, subject, parts, reading)
  if (holder !== undefined) return said.map((fact) => ({ ...fact, subject: holder, subjectSpan: undefined }))
  return clause.kind === 'infinitive' ? purpose(said, clause, parts, reading) : said
}

/** Of whom it is said that they are this: "I'm a potter who …" is about me. */
function holderOf (clause: Clause, noun: Chunk, parts: readonly Clause[], reading: Reading): string | undefined {
  const copula = parts.find((part) => part !== clause && isNamed(part, noun) && (part.verb === null || reading.tokens[part.verb.head]!.lemma === 'be'))
  if (copula === undefined) return undefined
  return copula.verb === null || copula.subject.length === 0 ? reading.cast.owner : statements(copula, reading)[0]?.subject ?? reading.cast.owner
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
  const unsure = tokens.some((token) => UNSURE.test(token.norm))
  return unsure ? 'possible' : 'certain'
}

const weaker = (modality: Modality, mood: Modality): Modality => modality === 'certain' ? mood : modality

function heard (clause: Clause, facts: readonly Statement[], { cast, tokens }: Reading): Cast {
  const [first] = facts
  if (first === undefined) return cast
  const [subject] = clause.subject
  // of "Saltreed was founded by Ana" the next sentence speaks of Saltreed
  const topic = first.by === 'passive' && first.head === undefined ? first.object : first.subject
  const after = afterSubject(cast, topic, subject === undefined ? undefined : tokens[subject.head])
  return facts.reduce((after, { object, head }) => afterObject(after, object, head), after)
}

function keep (facts: readonly Statement[], sentence: Sentence & { tokens: readonly Token[] }, options: ExtractOptions, into: Extraction): void {
  for (const fact of facts) {
    const related = relate(fact)
    const reason = empty(fact) ?? unfit(fact, related, options.mode === 'strict')
    if (reason !== null) {
      into.unmapped.push({ subject: fact.subject, predicate: fact.predicate, object: fact.object, reason, sentence: place(sentence) })
      continue
    }
    const made = triple(fact, related ?? { relation: 'MENTIONS', objectType: mentionType(fact), properties: undefined }, sentence, options)
    if (add(made, into)) options.explain?.(made, why(fact, made.relation, sentence))
  }
}

function unfit (fact: Statement, related: Place | undefined, strict: boolean): string | null {
  if (fact.narrowed === true && denies(fact, related)) return 'holds only for some'
  return related === undefined && strict ? `"${fact.predicate}" is not in the vocabulary` : null
}

const why = (fact: Statement, relation: Relation, { text, tokens }: Sentence & { tokens: readonly Token[] }): Why => ({
  parse: tokens.map((token) => `${token.norm}/${token.tag}`).join(' '),
  rule: `${fact.by} in a ${fact.kind} clause`,
  confidence: confidenceTerms(fact, relation, text)
})

/** Why a statement names nothing that could be kept; null where it does. */
function empty (fact: Statement): string | null {
  const object = canonicalName(fact.object)
  if (object === '' || NOTHING.test(object) || NOTHING.test(fact.subject)) return 'no object'
  if (TIMES.test(object)) return 'time'
  if (fact.predicate === 'be' && fact.head?.tag === 'CD') return 'number'
  if (Math.max(object.length, fact.subject.length, 2 * fact.predicate.length) > 400) return 'too long'
  return object.toLowerCase() === fact.subject.toLowerCase() ? 'says nothing new' : null
}

/** "I avoid brands that hide their prices" says nothing against brands. */
const denies = (fact: Statement, related: Place | undefined): boolean => fact.polarity === '-' || related?.relation === 'AVOIDS'

/** Words that stand for nothing by themselves, alone or at the end ("three of them"). */
const NOTHING = new RegExp('^(?:you|yours?|every(?:one|body|thing)|any(?:one|body|thing)|some(?:one|body|thing)|nobody|nothing|who|which|ones?|there|this|that|these|those|what|' +
  'most|more|much|many|some|all|any|both|each|few|several|others?|none|it|them|they|lots?|.* of (?:them|you|it|us|me|both))$', 'i')
const TIMES = new RegExp('^(?:(?:at |the |every |each )?(?:nights?|weekends?|mornings?|evenings?|days?|weeks?|months?|years?|time|spring|summer|autumn|winter|' +
  '(?:mon|tues|wednes|thurs|fri|satur|sun)days?)|(?:19|20)\\d\\d)$', 'i')

type Place = NonNullable<ReturnType<typeof relate>>

function triple (fact: Statement, { relation, objectType, properties }: Place, sentence: Sentence, { owner, ownerType }: ExtractOptions): Triple {
  const object = canonicalName(fact.object)
  const [aboutOwner, toOwner] = [fact.subject === owner, object === canonicalName(owner)]
  const made = {
    subject: aboutOwner ? owner : canonicalName(fact.subject) || fact.subject,
    predicate: fact.predicate,
    object: toOwner ? owner : object,
    relation,
    polarity: fact.polarity,
    modality: wished(relation, fact),
    confidence: confidence(fact, relation, sentence.text),
    spans: given({ sentence: place(sentence), subject: fact.subjectSpan, predicate: fact.predicateSpan, object: fact.objectSpan }),
    subjectType: aboutOwner ? ownerType : undefined,
    objectType: toOwner && ownerType !== undefined ? ownerType : objectType,
    ...dates(fact),
    properties
  }
  return given(made)
}

/** Without the fields that are not known. */
const given = <T extends object>(fields: T): T => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

/** Who looks for something wishes for it. */
const wished = (relation: Relation, fact: Statement): Modality =>
  relation === 'SEEKS' && fact.modality === 'certain' && /^(?:look for|seek|want|need|search for|hope for|dream of)$/.test(fact.predicate) && fact.by !== 'fragment' ? 'desired' : fact.modality

function dates (fact: Statement): { validFrom: string | undefined, validTo: string | undefined } {
  const year = (prep: string) => fact.beside.find((slot) => slot.prep === prep)?.items[0]?.text ?? ''
  return { validFrom: firstDay(year('since')), validTo: lastDay(year('until')) }
}

/** The same triple twice in one place says it once. */
function add (made: Triple, into: Extraction): boolean {
  const key = ({ subject, predicate, object, spans }: Triple) => [subject, predicate, object, spans.object.start].join('\n')
  const isNew = !into.triples.some((other) => key(other) === key(made))
  if (isNew) into.triples.push(made)
  return isNew
}
