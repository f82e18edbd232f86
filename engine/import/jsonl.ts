import type { Mapping, Rejection } from '../../models/imports.js'
import type { EntityRef, Fact } from '../../models/triple.js'
import type { Description } from '../graph/ingest.js'
import { lines, TOO_LONG } from './lines.js'
import { describe } from './nodes.js'
import { COLUMNS, entityOf, isBroken, isDate, isFactProperty, isRejection, labelNamed, mapped, MAP_HINT, NAME_MAX, readTriple, reject, short, tellProperty, type Line, type Source, type TripleRow } from './rows.js'

/** An object a line: a fact, with the names of the columns of a table, or a node. */
export async function * jsonl (given: Source): AsyncGenerator<Line> {
  for await (const some of lines(given.text)) {
    for (const { line, raw, tooLong } of some) {
      if (raw.trim() === '') continue
      const read = tooLong ? TOO_LONG : readObject(raw, given)
      yield isRejection(read) ? { line, rejected: read, raw } : { line, raw, ...read }
    }
  }
}

const NO_OBJECT = reject('bad_json', null, 'The line is no JSON object', 'A line is an object such as {"subject": "Ann", "predicate": "like", "object": "tea"}.')

/** What one object says. */
export function readObject (raw: string, given: Source): { facts: Fact[], nodes?: Description[] } | Rejection {
  let value: unknown
  try {
    value = JSON.parse(raw)
  } catch {
    return NO_OBJECT
  }
  if (!isObject(value)) return NO_OBJECT
  if (isObject(value.node)) return readNode(value.node, given)
  const fact = readFact(value, given)
  return isRejection(fact) ? fact : { facts: [fact] }
}

type Values = Record<string, unknown>
const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value)
const nested = (name: string) => reject('bad_json', name, `The ${name} is no text or number`, 'Write texts, numbers or null.')

const SHORT: Record<string, string> = { s: 'subject', p: 'predicate', o: 'object' }
const TEXT_COLUMNS: ReadonlySet<string> = new Set([...COLUMNS, 'lemma', 'subjectName', 'objectName'])
const FACT_FIELDS: ReadonlySet<string> = new Set(['sentence', 'start', 'end', 'properties', 'visibility', 'withdrawnAt', 'recordedAt'])

function readFact (value: Values, given: Source): Fact | Rejection {
  const row: TripleRow = {}
  const more: Values = {}
  for (const [key, one] of Object.entries(value)) {
    if (one === null) continue
    const name = mapped(given.mapping.columns, key) ?? mapped(SHORT, key) ?? key
    if (FACT_FIELDS.has(name)) more[name] = one
    if (!TEXT_COLUMNS.has(name)) continue
    if (typeof one === 'object') return nested(name)
    row[name as keyof TripleRow] = String(one).trim()
  }
  const fact = readTriple(row, given)
  return isRejection(fact) ? fact : tellMore(fact, more, given)
}

/** What an export says of a fact beside its columns. */
function tellMore (fact: Fact, more: Values, { trusted = false }: Source): Fact | Rejection {
  for (const [name, value] of Object.entries(more)) {
    if (!trusted && (name === 'visibility' || name === 'withdrawnAt')) {
      return reject('not_yours', name, `The ${name} of a fact is not this file's to say`, 'Leave it out; an export is brought back with the command line.')
    }
    const wrong = name === 'properties' ? tellProperties(fact, value) : HOLDS[name]!(value) ? null : reject('bad_value', name, `"${short(String(value))}" cannot be the ${name}`, 'It is as an export writes it.')
    if (wrong !== null) return wrong
    if (name !== 'properties') Object.assign(fact, { [name]: value })
  }
  return fact
}

const SENTENCE_MAX = 200_000
const isOffset = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
const isMoment = (value: unknown) => typeof value === 'string' && isDate(value)
const HOLDS: Record<string, (value: unknown) => boolean> = {
  sentence: (value) => typeof value === 'string' && value.length <= SENTENCE_MAX && !isBroken(value),
  start: isOffset,
  end: isOffset,
  visibility: (value) => value === 'network' || value === 'private',
  withdrawnAt: isMoment,
  recordedAt: isMoment
}

function tellProperties (fact: Fact, value: unknown): Rejection | null {
  if (!isObject(value)) return reject('bad_json', 'properties', 'The properties are no object', 'Write an object such as {"count": 50000, "unit": "followers"}.')
  for (const [name, one] of Object.entries(value)) {
    if (one === null || !isFactProperty(name)) continue
    const wrong = tellProperty(fact, name, one, `properties.${name}`)
    if (wrong !== null) return wrong
  }
  return null
}

/**
 * `{"id": "member:ada", "label": "Member", "name": "Ada", "properties": {…}, "profile": …}`. An export says whether anyone has described it:
 * what only facts have named is made by these, under whatever id it has.
 */
function readNode ({ id, label, properties, described, ...more }: Values, { mapping }: Source): { facts: Fact[], nodes: Description[] } | Rejection {
  const entity = nodeEntity(id, label, described !== undefined, mapping)
  if (isRejection(entity)) return entity
  const said = valuesOf(properties, more, mapping)
  if (isRejection(said)) return said
  const node = describe(entity, said)
  return isRejection(node) ? node : { facts: [], nodes: described === false ? [] : [node] }
}

function valuesOf (properties: unknown, more: Values, mapping: Mapping): [string, string][] | Rejection {
  if (!isObject(properties ?? {})) return nested('properties')
  const values = [...Object.entries(properties ?? {}), ...Object.entries(more)].filter(([, value]) => value !== null)
  const object = values.find(([, value]) => typeof value === 'object')
  return object !== undefined ? nested(short(object[0])) : values.map(([name, value]) => [mapped(mapping.columns, name) ?? name, String(value)])
}

function nodeEntity (id: unknown, label: unknown, isExported: boolean, mapping: Mapping): EntityRef | Rejection {
  if (typeof id !== 'string' || id.trim() === '') return reject('missing_column', 'id', 'The id of the node is missing', 'A node has an id and a label.')
  if (isBroken(id) || id.length > NAME_MAX) return reject('bad_text', 'id', `"${short(id)}" cannot be an id`, `Ids have at most ${NAME_MAX} characters, and no control characters.`)
  const of = typeof label === 'string' ? labelNamed(label, mapping) : undefined
  if (of === undefined) return reject('unknown_type', 'label', `"${short(String(label ?? ''))}" is no label`, MAP_HINT)
  return isExported ? { id, label: of, name: id } : entityOf(id.trim(), of) ?? reject('unknown_type', 'id', `"${short(id)}" is no ${of}`, 'An id that begins with a kind is of that type.')
}
