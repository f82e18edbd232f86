import type { Modality, Polarity, Span } from '../../models/triple.js'
import { RELATION_OF } from '../../models/vocabulary.js'
import type { Chunk } from './chunks.js'
import type { Clause } from './clauses.js'
import { READINESS } from './lexicon.js'
import { isAudience, isDream, isOutlet, isOwner, subjectName, type Cast } from './names.js'
import { phrase, slots, type Phrase, type Slot, type Source } from './phrases.js'
import { singular } from './tag.js'
import type { Token } from './tokens.js'
import { action, type Action } from './verbs.js'

/** A statement as the words say it, before it has a place in the vocabulary. */
export interface Statement {
  subject: string
  subjectSpan?: Span
  predicate: string
  predicateSpan?: Span
  object: string
  objectSpan: Span
  /** The token that names the kind of the object, and the prepositional phrases beside it. */
  head?: Token
  beside: Slot[]
  polarity: Polarity
  modality: Modality
  /** How it was read; the confidence of a triple depends on it. */
  by: 'verb' | 'copula' | 'passive' | 'apposition' | 'label' | 'fragment'
  kind: Clause['kind']
  /** A clause after the object narrows it: "brands that hide their prices". */
  narrowed?: boolean
}

export interface Context { source: Source, cast: Cast }
/** One sentence being read; `resolved` keeps whom its pronouns meant where they first stood. */
export interface Reading extends Context { tokens: readonly Token[], resolved: Map<number, string> }
type Draft = Pick<Statement, 'predicate' | 'polarity' | 'modality' | 'by' | 'kind'> & { predicateSpan?: Span, beside: Slot[] }
export interface Subject { name: string, span?: Span }

/** What a clause with a verb says about each of its subjects. */
export function statements (clause: Clause, reading: Reading): Statement[] {
  const { tokens, source, cast } = reading
  const said = action(tokens, clause.verb!)
  const parts = slots(tokens, clause.rest, source, /^(?:target|look|seek|need|want|search|reach|cater|aim)$/.test(said.lemma))
  const subjects = clause.subject.map((chunk) => described(chunk, reading))
  const draft: Draft = {
    predicate: said.lemma,
    predicateSpan: span(tokens, clause.verb!),
    polarity: denied(subjects, tokens) || clause.link === 'without' ? '-' : said.polarity,
    modality: said.modality,
    by: 'verb',
    kind: clause.kind,
    beside: parts
  }
  const [first] = subjects
  if (first === undefined) return predicated(clause, [{ name: cast.owner }], draft, said, reading)
  if (said.lemma === 'be' && isAudience(first, tokens) && !clause.rest.some((chunk) => chunk.kind === 'ADJ')) return each([{ name: cast.owner }], { ...draft, predicate: 'target' }, parts[0]?.items ?? [], reading)
  if (isDream(first, tokens)) return dream(clause, draft, parts, reading)
  return predicated(clause, who(subjects, said, reading), draft, said, reading)
}

/** Whom a clause is about. */
function who (subjects: readonly Phrase[], said: Action, reading: Reading): Subject[] {
  const speaks = SPEAKS.test(said.lemma) && subjects.every((subject) => isOutlet(subject, reading.tokens))
  return speaks ? [{ name: reading.cast.owner }] : subjects.map((subject) => named(subject, reading))
}

function predicated (clause: Clause, names: Subject[], draft: Draft, said: Action, reading: Reading): Statement[] {
  const parts = draft.beside
  if (clause.object.length > 0 && parts.every((slot) => slot.prep !== '')) return objectRelative(clause, names, draft, reading)
  if (said.lemma === 'be') return copula(clause, names, draft, parts, reading)
  return said.passive ? passive(names, draft, said, parts, reading) : active(names, draft, parts, reading).map((fact) => followed(fact, reading))
}

/** What an outlet does for its owner. */
const SPEAKS = /^(?:cover|teach|explain|review|interview|reach|target|explore|talk|feature|document|speak|focus|be for|cater)$/

/** "my dream is to work with Muji", "my goal is a podcast" */
function dream (clause: Clause, draft: Draft, parts: Slot[], reading: Reading): Statement[] {
  const owner = [{ name: reading.cast.owner }]
  const wish = { ...draft, modality: 'desired' as const }
  return draft.predicate === 'be' ? each(owner, { ...wish, predicate: 'want' }, parts.find((slot) => slot.prep === '')?.items ?? [], reading) : active(owner, wish, parts, reading)
}

/** "120k people follow me": I reach them. */
function followed (fact: Statement, { cast, source }: Reading): Statement {
  const follows = /^(?:follow|watch|read|listen to|subscribe to)$/.test(fact.predicate)
  if (!follows || fact.object !== cast.owner || fact.subject === cast.owner || fact.subjectSpan === undefined) return fact
  return { ...fact, predicate: 'reach', subject: cast.owner, subjectSpan: fact.objectSpan, object: source.slice(fact.subjectSpan.start, fact.subjectSpan.end), objectSpan: fact.subjectSpan, head: undefined }
}

export const span = (tokens: readonly Token[], { from, to }: { from: number, to: number }): Span => ({ start: tokens[from]!.start, end: tokens[to - 1]!.end })

/** A subject with what belongs to it: "fans of Kaya Demir". */
export function described (chunk: Chunk, { tokens, source }: Reading): Phrase {
  let to = chunk.to
  while (tokens[to]?.norm === 'of' && tokens[to + 1] !== undefined && /^(?:NN|NNP|DT|PS|JJ|CD)$/.test(tokens[to + 1]!.tag)) {
    to += 2
    while (tokens[to] !== undefined && /^(?:NN|NNP)$/.test(tokens[to]!.tag)) to++
  }
  return name(phrase(tokens, chunk.from, to, chunk.head, source), tokens, source)
}

/** "the podcast Loose Threads", "her sister June": the name says it all. */
export function name (item: Phrase, tokens: readonly Token[], source: Source): Phrase {
  let first = item.to
  while (first > item.from && tokens[first - 1]!.tag === 'NNP') first--
  if (first === item.to || first === item.from || tokens[first - 1]!.tag !== 'NN' || /^\p{Lu}/u.test(tokens[first - 1]!.text)) return item
  const bounds = span(tokens, { from: first, to: item.to })
  return { ...item, from: first, head: item.to - 1, span: bounds, text: source.slice(bounds.start, bounds.end) }
}

export function named (subject: Phrase, { tokens, cast, resolved }: Reading): Subject {
  const name = resolved.get(subject.from) ?? subjectName(subject, tokens, cast)
  resolved.set(subject.from, name)
  return { name, span: subject.span }
}

const denied = (subjects: readonly Phrase[], tokens: readonly Token[]): boolean =>
  subjects.some((subject) => subject.negated || /^(?:nobody|none|nothing|noone)$/.test(tokens[subject.head]!.norm.toLowerCase()))

export function each (subjects: readonly Subject[], draft: Draft, items: readonly Phrase[], reading: Reading): Statement[] {
  return items.flatMap((item) => {
    const object = name(item, reading.tokens, reading.source)
    const head = reading.tokens[object.head]!
    const text = head.tag === 'PRP' || isOwner(object, reading.tokens, reading.cast, /^(?:my|our)$/) ? subjectName(object, reading.tokens, reading.cast, 'object') : object.text
    return subjects.map((subject) => ({
      ...draft,
      subject: subject.name,
      subjectSpan: subject.span,
      object: text,
      objectSpan: object.span,
      head,
      narrowed: /^(?:WP|SC)$/.test(reading.tokens[object.to]?.tag ?? ''),
      polarity: object.negated ? '-' as const : draft.polarity
    }))
  })
}

function active (names: Subject[], draft: Draft, parts: Slot[], reading: Reading): Statement[] {
  const direct = parts.find((slot) => slot.prep === '')
  const out = direct === undefined ? [] : each(names, draft, direct.items, reading)
  out.push(...topics(names, draft, direct?.items ?? [], reading))
  let alone = direct === undefined
  for (const slot of parts) {
    if (slot === direct || TIMES.test(slot.prep)) continue
    const predicate = `${draft.predicate} ${slot.prep}`
    if (slot.prep === 'without') out.push(...each(names, { ...draft, polarity: '-' }, slot.items, reading))
    else if (alone || RELATION_OF.has(predicate)) out.push(...each(names, { ...draft, predicate }, slot.items, reading))
    alone = false
  }
  return out
}

/** "make videos about slow travel and sleep": what one makes, and what it is about. */
function topics (names: Subject[], draft: Draft, items: readonly Phrase[], reading: Reading): Statement[] {
  return items.flatMap((item) => {
    if (item.about === undefined) return []
    const noun = singular(reading.tokens[item.head]!.norm.toLowerCase())
    return each(names, { ...draft, predicate: `${draft.predicate} ${noun} about` }, item.about, reading)
  })
}

const TIMES = /^(?:since|until|during|before|after|per|despite)$/

function passive (names: Subject[], draft: Draft, said: Action, parts: Slot[], reading: Reading): Statement[] {
  const agent = parts.find((slot) => slot.prep === 'by')
  const out: Statement[] = []
  if (agent !== undefined) {
    for (const item of agent.items) {
      const by = named(name(item, reading.tokens, reading.source), reading)
      out.push(...names.map((subject) => ({ ...draft, by: 'passive' as const, predicate: said.lemma, subject: by.name, subjectSpan: by.span, object: subject.name, objectSpan: subject.span ?? draft.predicateSpan! })))
    }
    return out
  }
  const participle = draft.predicateSpan === undefined ? said.lemma : reading.source.slice(draft.predicateSpan.start, draft.predicateSpan.end).split(/\s+/).at(-1)!.toLowerCase()
  let first = true
  for (const slot of parts) {
    const predicate = slot.prep === '' ? `be ${participle}` : `be ${participle} ${slot.prep}`
    if (TIMES.test(slot.prep)) continue
    if (first || RELATION_OF.has(predicate)) out.push(...each(names, { ...draft, by: 'passive', predicate }, slot.items, reading))
    first = false
  }
  return out
}

function copula (clause: Clause, names: Subject[], draft: Draft, parts: Slot[], reading: Reading): Statement[] {
  const { cast } = reading
  const first = clause.rest.findIndex((chunk) => chunk.kind !== 'ADV' && chunk.kind !== ',')
  const chunk = clause.rest[first]
  if (chunk?.kind === 'ADJ') return adjective(clause.rest.slice(first), names, { ...draft, by: 'copula' }, reading)
  if (chunk?.kind === 'IN' && parts[0] !== undefined) return each(names, { ...draft, by: 'copula', predicate: `be ${parts[0].prep}` }, parts[0].items, reading)
  const items = (parts.find((slot) => slot.prep === '')?.items ?? []).filter((item) => !cast.names.has(item.text.toLowerCase()))
  return items.flatMap((item) => names.flatMap((subject) => role(subject, { ...draft, by: 'copula', predicate: 'be' }, item, parts, reading)))
}

/** "interested in crypto", "happy with", "vegan" */
function adjective (rest: readonly Chunk[], names: Subject[], draft: Draft, reading: Reading): Statement[] {
  const { tokens, source } = reading
  const word = tokens[rest[0]!.from]!
  const parts = slots(tokens, rest.slice(1), source)
  const slot = parts[0]
  if (rest[1]?.kind === 'IN' && slot !== undefined && slot.prep !== '') {
    return each(names, { ...draft, modality: ready(word, slot) ?? draft.modality, predicate: `be ${word.norm.toLowerCase()} ${slot.prep}` }, slot.items, reading)
  }
  const adjectives = rest.filter((chunk) => chunk.kind === 'ADJ').map((chunk) => phrase(tokens, chunk.from, chunk.to, chunk.head, source))
  return each(names, { ...draft, predicate: 'be' }, adjectives, reading)
}

/** "open to", "keen on": not yet so. */
const ready = (word: Token, slot: Slot): Modality | undefined => slot.prep === 'about' ? undefined : READINESS.get(word.norm.toLowerCase())

const OF = /^(.+?) (?:of|for|at) (.+)$/i

/** What being something says besides: where one is based or from, what one founded or stands for. */
export function role (subject: Subject, draft: Draft, item: Phrase, parts: readonly Slot[], reading: Reading): Statement[] {
  const out = each([subject], { ...draft, predicate: 'be' }, [item], reading)
  const [, office, where] = OF.exec(item.text) ?? []
  const relation = office === undefined ? undefined : `be ${office.split(' ').at(-1)!.toLowerCase()} of`
  if (relation !== undefined && RELATION_OF.has(relation)) {
    const at = item.span.end - where!.length
    const part = { ...item, text: where!, span: { start: at, end: item.span.end }, head: item.to - 1 }
    if (relation === 'be founder of') out.push(...each([subject], { ...draft, predicate: 'found' }, [part], reading))
    else return each([subject], { ...draft, predicate: relation }, [part], reading)
  }
  const based = /^(?:\S+ )*?(\S+)-based\b/.exec(item.text)
  if (based !== null) out.push(...each([subject], { ...draft, predicate: 'be based in' }, [cut(item, based[1]!)], reading))
  for (const slot of parts) {
    if (slot.prep !== 'from' && slot.prep !== 'in') continue
    const places = slot.items.filter((place) => reading.tokens[place.head]!.tag === 'NNP')
    out.push(...each([subject], { ...draft, predicate: `be ${slot.prep}` }, places, reading))
  }
  return out
}

function cut (item: Phrase, text: string): Phrase {
  const start = item.span.start + item.text.indexOf(text)
  return { ...item, text, span: { start, end: start + text.length } }
}

/** "the brand that I want to work with [is Muji]": what follows names it; on its own the noun is the object. */
function objectRelative (clause: Clause, names: Subject[], draft: Draft, reading: Reading): Statement[] {
  const preposition = clause.rest.find((chunk) => chunk.kind === 'IN')
  const predicate = preposition === undefined ? draft.predicate : `${draft.predicate} ${reading.tokens[preposition.from]!.norm.toLowerCase()}`
  return each(names, { ...draft, predicate }, clause.object.map((chunk) => described(chunk, reading)), reading)
}
