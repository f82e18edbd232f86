import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import type { Format } from '../../models/imports.js'
import type { Fact, Modality } from '../../models/triple.js'
import { isLabel, isRelation, labelOfKind, RELATION_OF, type Label, type Relation } from '../../models/vocabulary.js'
import { entityRef } from '../extraction/canonical.js'
import type { Description } from '../graph/ingest.js'
import type { ExportedNode } from '../graph/export.js'
import { labelOf } from '../graph/link.js'

/** What became of one line: facts, or why there are none. */
export type Line = { line: number, facts: Fact[], nodes?: Description[] } | Refused
/** `raw`: the line as it was; `header`: the line that names its columns, where there is one. */
export interface Refused { line: number, rejected: Rejection, raw: string, header?: string }
export interface Rejection { code: string, message: string, hint: string }

/** Opens a file, gunzipped where its name ends in .gz. */
export function openText (path: string): { text: Readable, bytesRead: () => number } {
  const file = createReadStream(path)
  const bytesRead = () => file.bytesRead
  if (!path.endsWith('.gz')) return { text: file, bytesRead }
  const text = createGunzip()
  file.on('error', (error) => text.destroy(error))
  return { text: file.pipe(text), bytesRead }
}

export const readers: Record<Format, (text: Readable, source: string, importId: string) => AsyncGenerator<Line>> = {
  pairs,
  triples: (...given) => table(',', ...given),
  tsv: (...given) => table('\t', ...given),
  jsonl
}

const PAIR_TOKEN = /^[\p{L}\p{N}._-]{1,100}$/u

/** LightGCN's form: a line is a user, then the items. */
async function * pairs (text: Readable, source: string, importId: string): AsyncGenerator<Line> {
  let line = 0
  for await (const row of createInterface({ input: text, crlfDelay: Infinity })) {
    line++
    const [user, ...items] = row.trim().split(/\s+/)
    if (!user) continue
    const bad = [user, ...items].find((token) => !PAIR_TOKEN.test(token))
    if (bad !== undefined) {
      const hint = 'Ids are letters, digits, dot, dash or underscore, at most 100.'
      yield { line, rejected: { code: 'bad_token', message: `"${bad.slice(0, 40)}" is not an id`, hint }, raw: row }
    } else if (items.length === 0) {
      yield { line, rejected: { code: 'no_items', message: `User ${user} has no items`, hint: 'A line is a user, then the items, parted by spaces.' }, raw: row }
    } else {
      const subject = { id: `user:${user}`, label: 'Member' as const, name: `user ${user}` }
      yield { line, facts: items.map((item) => plainFact(subject, 'HAS_AFFINITY_WITH', 'like', { id: `item:${item}`, label: 'Item', name: `item ${item}` }, source, importId)) }
    }
  }
}

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

const COLUMNS = [
  'subject', 'predicate', 'object', 'subjectType', 'objectType', 'polarity', 'modality', 'confidence', 'source', 'validFrom', 'validTo', 'observedAt',
  'subjectName', 'objectName', 'lemma', 'recordedAt', 'sentence', 'start', 'end', 'properties', 'visibility', 'withdrawnAt'
] as const
type Column = (typeof COLUMNS)[number]
type TripleRow = Partial<Record<Column, string>>

/** CSV or TSV with a header: subject, predicate, object, and what it has of types, polarity, modality, confidence, source and validity. */
async function * table (delimiter: ',' | '\t', text: Readable, source: string, importId: string): AsyncGenerator<Line> {
  let header: string | undefined
  const rows = text.pipe(parse({
    delimiter,
    columns: (names: string[]) => {
      header = names.map((name) => /["\n\t,]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name).join(delimiter)
      return names
    },
    raw: true,
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true, // a stray quote is part of a name, not the end of the file
    info: true,
    max_record_size: RECORD_MAX
  }))
  text.on('error', (error) => rows.destroy(error))
  for await (const { record, info, raw } of rows as AsyncIterable<{ record: TripleRow, info: { lines: number }, raw: string }>) {
    const read = readTriple(record, source, importId)
    yield 'code' in read ? { line: info.lines, rejected: read, raw: raw.replace(/\r?\n$/, ''), header } : { line: info.lines, facts: [read] }
  }
}

/** An object a line, with the same names as the columns of a table. */
async function * jsonl (text: Readable, source: string, importId: string): AsyncGenerator<Line> {
  let line = 0
  for await (const raw of createInterface({ input: text, crlfDelay: Infinity })) {
    line++
    if (raw.trim() === '') continue
    const node = readNode(raw)
    if (node !== null) {
      yield { line, facts: [], nodes: node.described ? [node.entity] : [] }
      continue
    }
    const record = readObject(raw)
    const read = 'code' in record ? record : readTriple(record, source, importId)
    yield 'code' in read ? { line, rejected: read as Rejection, raw } : { line, facts: [read] }
  }
}

/** The line of a node as `exportTenant` writes it. A node that nobody has described is made by its facts. */
function readNode (raw: string): { described: boolean, entity: Description } | null {
  if (!raw.startsWith('{"node":')) return null
  const { node } = JSON.parse(raw) as { node: ExportedNode }
  const { id, label, name, described = false, properties = {}, profile = null, goals = null, content = null } = node
  return { described, entity: { id, label, name, properties: properties as Description['properties'], profile, goals, content } }
}

const NO_OBJECT: Rejection = { code: 'bad_json', message: 'The line is no JSON object', hint: 'A line is an object such as {"subject": "Ann", "predicate": "like", "object": "tea"}.' }

/** Of the names that are known, what is there, as text. */
function readObject (raw: string): TripleRow | Rejection {
  try {
    const value: unknown = JSON.parse(raw)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return NO_OBJECT
    const given = Object.entries(value).filter(([name, one]) => (COLUMNS as readonly string[]).includes(name) && one !== null)
    const nested = given.find(([name, one]) => typeof one === 'object' && name !== 'properties')
    if (nested !== undefined) return { code: 'bad_json', message: `The ${nested[0]} is no text or number`, hint: 'Write texts, numbers or null.' }
    return Object.fromEntries(given.map(([name, one]) => [name, name === 'properties' ? JSON.stringify(one) : name === 'sentence' ? String(one) : String(one).trim()]))
  } catch {
    return NO_OBJECT
  }
}

const RECORD_MAX = 1_000_000
const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T[\d:.]+Z)?$/

function readTriple (row: TripleRow, source: string, importId: string): Fact | Rejection {
  const rejection = missing(row) ?? malformed(row)
  if (rejection !== null) return rejection
  const predicate = row.predicate!
  const relation = isRelation(predicate) ? predicate : RELATION_OF.get(predicate.toLowerCase()) ?? 'MENTIONS'
  const [subject, object] = endsOf(row, relation)
  if ('code' in subject) return subject
  if ('code' in object) return object
  if (subject.id === object.id) return { code: 'self_loop', message: `"${subject.id}" is both subject and object`, hint: 'A fact joins two things.' }
  const fact = plainFact(subject, relation, row.lemma || predicate.toLowerCase(), object, row.source || source, importId)
  return { ...fact, ...qualities(row), ...exportedQualities(row) }
}

const endsOf = (row: TripleRow, relation: Relation) => [
  exportedEntity(row.subject!, row.subjectType, row.subjectName) ?? readEntity(row.subject!, row.subjectType, 'Member'),
  exportedEntity(row.object!, row.objectType, row.objectName) ?? readEntity(row.object!, row.objectType, labelOf(relation, row.object!))
] as const

const exportedEntity = (id: string, label: string | undefined, name: string | undefined): Fact['subject'] | null => name ? { id, label: label as Label, name } : null

const qualities = (row: TripleRow) => ({
  polarity: row.polarity === '-' ? '-' as const : '+' as const,
  modality: (row.modality || 'certain') as Modality,
  confidence: Number(row.confidence || 1),
  validFrom: row.validFrom || null,
  validTo: row.validTo || null,
  observedAt: row.observedAt || null
})

const exportedQualities = ({ sentence = '', start, end, properties, visibility, recordedAt, withdrawnAt }: TripleRow): Partial<Fact> => ({
  sentence,
  start: start ? Number(start) : null,
  end: end ? Number(end) : null,
  properties: properties ? JSON.parse(properties) as Fact['properties'] : {},
  visibility: (visibility || null) as Fact['visibility'],
  ...recordedAt && { recordedAt },
  ...withdrawnAt && { withdrawnAt }
})

function missing (row: TripleRow): Rejection | null {
  const absent = (['subject', 'predicate', 'object'] as const).find((column) => !row[column])
  return absent === undefined ? null : { code: 'missing_column', message: `The ${absent} is missing`, hint: 'A row needs subject, predicate and object under a header that names them.' }
}

/** Control characters, halves of characters, and what stands for bytes that are no UTF-8. */
const BROKEN_TEXT = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffd]/u

const RULES: { code: string, columns: (keyof TripleRow)[], holds: (value: string) => boolean, hint: string }[] = [
  { code: 'bad_polarity', columns: ['polarity'], holds: (value) => ['+', '-'].includes(value), hint: 'Write + or -.' },
  { code: 'bad_modality', columns: ['modality'], holds: (value) => ['certain', 'possible', 'desired'].includes(value), hint: 'Write certain, possible or desired.' },
  { code: 'bad_confidence', columns: ['confidence'], holds: (value) => Number(value) > 0 && Number(value) <= 1, hint: 'Write a number above 0, at most 1.' },
  { code: 'bad_date', columns: ['validFrom', 'validTo', 'observedAt'], holds: (value) => DATE.test(value), hint: 'Write dates as 2026-11-01.' },
  { code: 'bad_text', columns: ['subject', 'predicate', 'object', 'source'], holds: (value) => !BROKEN_TEXT.test(value), hint: 'Save the file as UTF-8, without control characters.' },
  { code: 'too_long', columns: ['subject', 'predicate', 'object'], holds: (value) => value.length <= 300, hint: 'Names and predicates have at most 300 characters.' }
]

function malformed (row: TripleRow): Rejection | null {
  for (const { code, columns, holds, hint } of RULES) {
    const column = columns.find((name) => row[name] && !holds(row[name]))
    if (column !== undefined) return { code, message: `"${row[column]!.slice(0, 40)}" cannot be the ${column}`, hint }
  }
  return null
}

/** `brand:tonwerk` is an id; anything else is a name of the given type. */
function readEntity (text: string, type: string | undefined, fallback: Label): Fact['subject'] | Rejection {
  if (type && !isLabel(type)) return { code: 'unknown_type', message: `"${type}" is no type`, hint: 'Types are the labels of the graph, such as Member, Brand, Content, Topic.' }
  const id = /^([a-z]+):(\S+)$/.exec(text)
  if (id === null) return { ...entityRef(text, (type as Label) || fallback), named: true }
  const label = (type as Label) || labelOfKind(id[1]!)
  if (label === undefined) return { code: 'unknown_type', message: `"${text}" has no known type`, hint: 'Give subjectType or objectType, or an id that begins with a kind, such as brand:.' }
  if (labelOfKind(id[1]!) !== undefined && labelOfKind(id[1]!) !== label) {
    return { code: 'unknown_type', message: `"${text}" is no ${label}`, hint: 'An id that begins with a kind is of that type.' }
  }
  return { id: text, label, name: id[2]!.replace(/[-_]+/g, ' ') }
}
