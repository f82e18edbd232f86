import type { Mapping, Rejection } from '../../models/imports.js'
import type { EntityRef, Fact } from '../../models/triple.js'
import type { Label } from '../../models/vocabulary.js'
import type { Description } from '../graph/ingest.js'
import { EngineError } from '../errors.js'
import { describe, describes } from './nodes.js'
import { entityOf, isBroken, isFactProperty, isRejection, labelNamed, malformed, mapped, MAP_HINT, NAME_MAX, plainFact, qualify, reject, relationNamed, selfLoop, short, tellProperty, untold, type Source, type TripleRow } from './rows.js'
import type { TableReader } from './tables.js'
import { listed, TYPES, valued } from './types.js'

/** A column as its header names it: `name:type` or `name:ID(Space)`; `type` in lower case, `title` what errors call it. */
interface AdminColumn { i: number, header: string, title: string, name: string, type: string, space: string }

const HEADER = /^([^:]*)(?::([A-Za-z_]+(?:\[\])?)(?:\(([^()]*)\))?(?:\{.*\})?)?$/
const ROLES = new Set(['id', 'label', 'start_id', 'end_id', 'type', 'ignore'])

/**
 * Reads nodes (`id:ID(Member),name,:LABEL`) or relationships (`:START_ID(Member),:END_ID(Content),:TYPE`) as neo4j-admin would; null where
 * the header is none of these. An ID space names the label of its ids; where it names none, `:LABEL` does.
 */
export function adminReader (names: string[], given: Source): TableReader | null {
  const columns = names.map((header, i) => columnOf(header, i, given.mapping))
  const of = (role: string) => columns.filter(({ type }) => type === role)
  const [ids, starts, ends] = [of('id'), of('start_id'), of('end_id')]
  if (ids.length + starts.length + ends.length === 0) return null
  for (const { header, type } of columns) {
    if (!ROLES.has(type) && !TYPES.has(type.replace('[]', ''))) throw new EngineError('invalid_argument', `the header has the unknown type "${short(header)}"`)
  }
  if (ids.length === 1 && starts.length + ends.length === 0) return nodeReader(ids[0]!, of('label')[0], columns, given)
  if (ids.length === 0 && starts.length === 1 && ends.length === 1) return relationshipReader(starts[0]!, ends[0]!, of('type')[0], columns, given)
  throw new EngineError('invalid_argument', 'the header names neither nodes, by one :ID, nor relationships, by one :START_ID and one :END_ID')
}

function columnOf (header: string, i: number, mapping: Mapping): AdminColumn {
  const [, name, type = 'string', space = ''] = HEADER.exec(header) ?? [null, header, 'string', '']
  const trimmed = name!.trim()
  return { i, header, title: trimmed || header, name: mapped(mapping.columns, trimmed) ?? trimmed, type: type.toLowerCase(), space: space.trim() }
}

const valueColumns = (columns: AdminColumn[]) => columns.filter(({ type, name }) => !ROLES.has(type) && name !== '')
const namesOf = (columns: AdminColumn[], isKnown: (name: string) => boolean) => columns.filter(({ name }) => !isKnown(name)).map(({ name }) => short(name))

function nodeReader (id: AdminColumn, label: AdminColumn | undefined, columns: AdminColumn[], given: Source): TableReader {
  const values = valueColumns(columns)
  const read = (fields: string[]): { facts: Fact[], nodes: Description[] } | Rejection => {
    const of = labelOfRow(id, label && fields[label.i], given.mapping)
    if (typeof of !== 'string') return of
    const entity = end(fields[id.i], id, of)
    if (isRejection(entity)) return entity
    const said = valuesOf(fields, values)
    if (!Array.isArray(said)) return said
    const node = describe(entity, said)
    return isRejection(node) ? node : { facts: [], nodes: [node] }
  }
  return { read, ignored: namesOf(values, describes) }
}

/** Of several labels the first that is known; it has to agree with the ID space where that names one, or no relationship would find the node. */
function labelOfRow ({ header, space }: AdminColumn, text: string | undefined, mapping: Mapping): Label | Rejection {
  const labels = (text ?? '').split(';').map((label) => label.trim()).filter((label) => label !== '')
  const known = labels.map((label) => labelNamed(label, mapping)).filter((label) => label !== undefined)
  const ofSpace = labelNamed(space, mapping)
  const label = ofSpace !== undefined && (labels.length === 0 || known.includes(ofSpace)) ? ofSpace : known[0]
  if (label === undefined) return reject('unknown_type', ':LABEL', `"${short(text || space || header)}" is no label`, MAP_HINT)
  if (ofSpace === undefined || ofSpace === label) return label
  return reject('unknown_type', ':LABEL', `"${label}" is not what the ID space "${short(space)}" holds`, MAP_HINT)
}

/** The node that an id stands for. */
function end (text: string | undefined, { title, space }: AdminColumn, label: Label): EntityRef | Rejection {
  if (!text) return reject('missing_column', title, `The ${short(title)} is missing`, 'A node has an id, a relationship one of each of its ends.')
  if (isBroken(text)) return reject('bad_text', title, `"${short(text)}" cannot be an id`, 'Save the file as UTF-8, without control characters.')
  if (text.length > NAME_MAX) return reject('too_long', title, `"${short(text)}" cannot be an id`, `Ids have at most ${NAME_MAX} characters.`)
  return entityOf(text, label) ?? reject('unknown_type', title, `"${short(text)}" is no ${label}`, `An id that begins with a kind is of that type, not of ${short(space) || label}.`)
}

/** The values of a row that are there, each of its type. */
function valuesOf (fields: string[], columns: AdminColumn[]): [string, string][] | Rejection {
  const said: [string, string][] = []
  for (const { i, name, title, type } of columns) {
    const value = fields[i]
    if (!value) continue
    const wrong = valued(value, type)
    if (wrong !== null) return reject('bad_value', title, `"${short(value)}" is no ${type}`, wrong)
    said.push([name, type.endsWith('[]') ? listed(value).join(', ') : value])
  }
  return said
}

const QUALITIES = ['polarity', 'modality', 'confidence', 'source', 'validFrom', 'validTo', 'observedAt'] as const
const isQuality = (name: string): name is (typeof QUALITIES)[number] => (QUALITIES as readonly string[]).includes(name)

function relationshipReader (start: AdminColumn, to: AdminColumn, type: AdminColumn | undefined, columns: AdminColumn[], given: Source): TableReader {
  const values = valueColumns(columns)
  const read = (fields: string[]): { facts: Fact[] } | Rejection => {
    const subject = endOf(fields, start, given.mapping)
    if (isRejection(subject)) return subject
    const object = endOf(fields, to, given.mapping)
    if (isRejection(object)) return object
    const predicate = type === undefined ? '' : fields[type.i]
    if (!predicate) return reject('missing_column', ':TYPE', 'The :TYPE is missing', 'A relationship has a type, such as CREATES.')
    const said = valuesOf(fields, values)
    if (!Array.isArray(said)) return said
    const fact = subject.id === object.id ? selfLoop(subject) : factOf(subject, predicate, object, said, given)
    return isRejection(fact) ? fact : { facts: [fact] }
  }
  return { read, ignored: namesOf(values, (name) => isQuality(name) || isFactProperty(name)) }
}

function endOf (fields: string[], column: AdminColumn, mapping: Mapping): EntityRef | Rejection {
  const text = fields[column.i]
  const label = labelNamed(column.space, mapping) ?? kindIn(text ?? '')
  if (label === undefined) return reject('unknown_type', column.title, `The ID space "${short(column.space)}" is no label`, MAP_HINT)
  return end(text, column, label)
}

const kindIn = (id: string) => labelNamed(id.slice(0, id.indexOf(':')).replace(/^./, (letter) => letter.toUpperCase()), {})

function factOf (subject: EntityRef, predicate: string, object: EntityRef, said: [string, string][], given: Source): Fact | Rejection {
  const row: TripleRow = { predicate, ...Object.fromEntries(said.filter(([name]) => isQuality(name))) }
  const wrong = malformed(row) ?? (row.source ? untold(row.source, given) : null)
  if (wrong !== null) return wrong
  const { relation, lemma } = relationNamed(predicate, given.mapping)
  const fact = plainFact(subject, relation, lemma, object, row.source ?? given.source, given.importId)
  for (const [name, value] of said) {
    const wrong = isFactProperty(name) ? tellProperty(fact, name, value) : null
    if (wrong !== null) return wrong
  }
  return qualify(fact, row)
}
