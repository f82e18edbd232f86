import type { Readable } from 'node:stream'
import type { Mapping, Rejection } from '../../models/imports.js'
import { FactProperties, type EntityRef, type Fact, type Modality } from '../../models/triple.js'
import { isLabel, isRelation, kindOf, labelOfKind, RELATION_OF, type Label, type Relation } from '../../models/vocabulary.js'
import { entityRef } from '../extraction/canonical.js'
import { VERBS } from '../extraction/lexicon.js'
import type { Description } from '../graph/ingest.js'
import { labelOf } from '../graph/link.js'

/** What is read, and what is known of it. `trusted`: may speak with the voice of members, as what was exported does; `about`: whose words a text is. */
export interface Source { text: Readable, source: string, importId: string, mapping: Mapping, trusted?: boolean, about?: string }

/** What became of one row: facts and nodes, or why there are none. The first names the columns that are `ignored`. No two have one line. */
export type Line = (Read | Refused) & { ignored?: string[] }
export interface Read { line: number, facts: Fact[], nodes?: Description[], raw?: string, header?: string, rejected?: undefined }
/** `raw`: the row as it was; `header`: the line that names its columns, where there is one. */
export interface Refused { line: number, rejected: Rejection, raw: string, header?: string }

/** A certain fact, of which nothing is said but itself. */
export const plainFact = (
  subject: Fact['subject'], relation: Relation, lemma: string, object: Fact['object'], source: string, importId: string | null = null
): Fact => ({
  subject,
  relation,
  lemma,
  object,
  polarity: '+',
  modality: 'certain',
  confidence: 1,
  source,
  sentence: '',
  start: null,
  end: null,
  importId,
  validFrom: null,
  validTo: null,
  observedAt: null,
  properties: {}
})

export const COLUMNS = [
  'subject', 'predicate', 'object', 'subjectType', 'objectType', 'polarity', 'modality', 'confidence', 'source', 'validFrom', 'validTo', 'observedAt'
] as const
export type Column = (typeof COLUMNS)[number]
/** A row as text. `lemma`: the open predicate where `predicate` is a relation; the names of ends that are given by their ids. */
export type TripleRow = Partial<Record<Column | 'lemma' | 'subjectName' | 'objectName', string>>

export const isRejection = (read: object): read is Rejection => 'hint' in read
export const reject = (code: string, column: string | null, message: string, hint: string): Rejection => ({ code, column, message, hint })
export const short = (text: string) => text.length > 40 ? `${text.slice(0, 40)}…` : text

/** What a name in a file stands for; names of `Object.prototype` are names like others. */
export const mapped = <T>(map: Record<string, T> | undefined, name: string): T | undefined =>
  map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined

export function readTriple (row: TripleRow, given: Source): Fact | Rejection {
  const rejection = missing(row) ?? malformed(row) ?? (row.source ? untold(row.source, given) : null)
  if (rejection !== null) return rejection
  const { relation, lemma } = relationOf(row.predicate!, given.mapping)
  const fact = join(row, relation, row.lemma || lemma, given)
  return isRejection(fact) ? fact : qualify(fact, row)
}

function join (row: TripleRow, relation: Relation, lemma: string, given: Source): Fact | Rejection {
  const { source, importId } = given
  const subject = readEntity(row.subject!, row.subjectType, row.subjectName, 'Member', 'subject', given)
  if (isRejection(subject)) return subject
  const object = readEntity(row.object!, row.objectType, row.objectName, labelOf(relation, row.object!), 'object', given)
  if (isRejection(object)) return object
  return subject.id === object.id ? selfLoop(subject) : plainFact(subject, relation, lemma, object, row.source || source, importId)
}

export const selfLoop = ({ id }: EntityRef) => reject('self_loop', 'object', `"${id}" is both subject and object`, 'A fact joins two things.')

/** The relation of the vocabulary that a predicate is, else MENTIONS under its own name. */
export function relationOf (predicate: string, mapping: Mapping): { relation: Relation, lemma: string } {
  const lemma = predicate.toLowerCase()
  const known = mapped(mapping.relations, predicate) ?? (isRelation(predicate) ? predicate : RELATION_OF.get(lemma))
  return { relation: known ?? 'MENTIONS', lemma }
}

/** The same for a name such as `WORKS_WITH` or `worksWith`, which is taken as words whose verb is inflected. */
export function relationNamed (name: string, mapping: Mapping): { relation: Relation, lemma: string } {
  const words = name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/[_\s-]+/g, ' ').trim().toLowerCase()
  if (mapped(mapping.relations, name) !== undefined || isRelation(name)) return { ...relationOf(name, mapping), lemma: words }
  const [verb = '', ...rest] = words.split(' ')
  const lemma = [VERBS.get(verb) ?? verb, ...rest].join(' ')
  const upper = name.toUpperCase().replace(/[\s-]+/g, '_')
  const relation = isRelation(upper) ? upper : RELATION_OF.get(words) ?? RELATION_OF.get(lemma) ?? 'MENTIONS'
  return { relation, lemma: RELATION_OF.has(lemma) ? lemma : words }
}

/** Sets what a row says of its fact beside its parts. */
export function qualify (fact: Fact, row: TripleRow): Fact {
  if (row.polarity === '-') fact.polarity = '-'
  if (row.modality) fact.modality = row.modality as Modality
  if (row.confidence) fact.confidence = Number(row.confidence)
  fact.validFrom = row.validFrom || null
  fact.validTo = row.validTo || null
  fact.observedAt = row.observedAt || null
  return fact
}

function missing (row: TripleRow): Rejection | null {
  if (row.subject && row.predicate && row.object) return null
  const absent = (['subject', 'predicate', 'object'] as const).find((column) => !row[column])!
  return reject('missing_column', absent, `The ${absent} is missing`, 'A row needs subject, predicate and object under a header that names them; --map columns.from=subject says which is which.')
}

const BROKEN_TEXT = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffd]/u
/** Whether a text holds control characters, halves of characters, or what stands for bytes that are no UTF-8. */
export const isBroken = (text: string) => BROKEN_TEXT.test(text)

const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T[\d:.]+Z)?$/
export const isDate = (text: string) => DATE.test(text)
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** A number that is one: neither NaN nor endless. */
export const isNumber = (text: string) => NUMBER.test(text) && Number.isFinite(Number(text))

export const NAME_MAX = 300

interface Rule { code: string, columns: (keyof TripleRow)[], holds: (value: string) => boolean, hint: string }
const RULES: Rule[] = [
  { code: 'bad_polarity', columns: ['polarity'], holds: (value) => value === '+' || value === '-', hint: 'Write + or -.' },
  { code: 'bad_modality', columns: ['modality'], holds: (value) => ['certain', 'possible', 'desired'].includes(value), hint: 'Write certain, possible or desired.' },
  { code: 'bad_confidence', columns: ['confidence'], holds: (value) => isNumber(value) && Number(value) > 0 && Number(value) <= 1, hint: 'Write a number above 0, at most 1.' },
  { code: 'bad_date', columns: ['validFrom', 'validTo', 'observedAt'], holds: isDate, hint: 'Write dates as 2026-11-01.' },
  { code: 'bad_text', columns: ['subject', 'predicate', 'object', 'source', 'lemma', 'subjectName', 'objectName'], holds: (value) => !isBroken(value), hint: 'Save the file as UTF-8, without control characters.' },
  { code: 'too_long', columns: ['subject', 'predicate', 'object', 'source', 'lemma', 'subjectName', 'objectName'], holds: (value) => value.length <= NAME_MAX, hint: `Names and predicates have at most ${NAME_MAX} characters.` }
]

export function malformed (row: TripleRow): Rejection | null {
  for (const { code, columns, holds, hint } of RULES) {
    for (const column of columns) {
      const value = row[column]
      if (value && !holds(value)) return reject(code, column, `"${short(value)}" cannot be the ${column}`, hint)
    }
  }
  return null
}

/** Sources that are not a file's to speak with: what a member or a brand says, what was agreed, what another import said. */
const VOICE = /^(?:([a-z]+):[^/]+\/|(?:partnership|agreement|import):)/

/** Only what is trusted may speak with another's voice. */
export function untold (source: string, { trusted = false, source: own }: Source): Rejection | null {
  const voice = trusted || source === own ? null : VOICE.exec(source)
  if (voice === null || (voice[1] !== undefined && labelOfKind(voice[1]) === undefined)) return null
  return reject('not_yours', 'source', `"${short(source)}" is not this file's to speak for`, 'Name the source otherwise; an export is brought back with the command line.')
}

const unknownType = (column: string, message: string, hint: string) => reject('unknown_type', column, message, hint)
export const MAP_HINT = 'Types are the labels of the graph, such as Member, Brand, Content, Topic; --map labels.Person=Member says what another name stands for.'
const ID = /^([a-z]+):(\S+)$/

/** The label that a type in a file stands for. */
export const labelNamed = (type: string, mapping: Mapping): Label | undefined => mapped(mapping.labels, type) ?? (isLabel(type) ? type : undefined)

/** `brand:tonwerk` is an id; anything else is a name of the given type. Whoever is trusted may give any id, with its type and name. */
function readEntity (
  text: string, type: string | undefined, name: string | undefined, fallback: Label, column: 'subject' | 'object', { mapping, trusted = false }: Source
): EntityRef | Rejection {
  const label = type ? labelNamed(type, mapping) : undefined
  if (type && label === undefined) return unknownType(`${column}Type`, `"${short(type)}" is no type`, MAP_HINT)
  if (trusted && label !== undefined && name) return { id: text, label, name }
  return byId(text, label, name, column) ?? named(text, label ?? fallback, column)
}

function byId (text: string, given: Label | undefined, name: string | undefined, column: string): EntityRef | Rejection | null {
  const [, kind, rest] = text.includes(':') ? ID.exec(text) ?? [] : []
  if (kind === undefined) return null
  const own = labelOfKind(kind)
  const label = given ?? own
  if (label === undefined) return unknownType(column, `"${short(text)}" has no known type`, 'Give subjectType or objectType, or an id that begins with a kind, such as brand:.')
  if (own !== undefined && own !== label) return unknownType(column, `"${short(text)}" is no ${label}`, 'An id that begins with a kind is of that type.')
  return { id: text, label, name: name || spaced(rest!) }
}

/** A name as an id has it, in words. */
export const spaced = (name: string) => name.replace(/[-_]+/g, ' ')

/** `member:ada`, also where an ID space or a label names the kind and the file only `ada`; what an id cannot hold is percent-encoded. */
export function entityOf (text: string, label: Label): EntityRef | null {
  const [, kind, name] = ID.exec(text) ?? []
  const own = kind === undefined ? undefined : labelOfKind(kind)
  if (kind !== undefined) return own === undefined || own === label ? { id: text, label, name: spaced(name!) } : null
  return { id: `${kindOf(label)}:${text.replace(/[\s%]/gu, encodeURIComponent)}`, label, name: spaced(text) }
}

/** Names come again and again in a file; so many of them are remembered. */
const NAMES_KEPT = 50_000
const refs = new Map<Label, Map<string, EntityRef>>()

/** What goes by a name. */
export function named (name: string, label: Label, column: string): EntityRef | Rejection {
  let known = refs.get(label)
  if (known === undefined || known.size >= NAMES_KEPT) refs.set(label, known = new Map())
  let ref = known.get(name)
  if (ref === undefined) known.set(name, ref = { ...entityRef(name, label), named: true })
  return ref.id.endsWith(':-') ? reject('no_name', column, `"${short(name)}" has no letter or digit`, 'A name has at least one letter or digit.') : ref
}

/** The qualities of a fact that are typed. */
const NUMBERS = new Set(['count', 'countMin', 'countMax', 'amountMinor'])
export const isFactProperty = (name: string): name is keyof FactProperties => Object.hasOwn(FactProperties.properties, name)

/** One of them, from a text; null where it is none. */
function factProperty (name: keyof FactProperties, text: string): string | number | null {
  if (!NUMBERS.has(name)) return isBroken(text) || text.length > NAME_MAX ? null : text
  return isNumber(text) && (name !== 'amountMinor' || Number.isSafeInteger(Number(text))) ? Number(text) : null
}

/** Says one of them of a fact; `column`: what errors call it. */
export function tellProperty (fact: Fact, name: keyof FactProperties, value: unknown, column: string = name): Rejection | null {
  const property = typeof value === 'object' ? null : factProperty(name, String(value))
  if (property === null) return reject('bad_value', column, `"${short(String(value))}" cannot be the ${name}`, 'Counts are numbers; amounts are integers.')
  Object.assign(fact.properties, { [name]: property })
  return null
}
