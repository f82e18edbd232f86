import type { Rejection } from '../../models/imports.js'
import type { EntityRef } from '../../models/triple.js'
import type { Description } from '../graph/ingest.js'
import { isBroken, isDate, isNumber, NAME_MAX, reject, short } from './rows.js'

/** The properties that nodes have in the graph. `market_cap` is in USD. */
const PROPERTIES: Record<string, 'text' | 'date' | 'number' | 'integer'> = {
  type: 'text',
  industry: 'text',
  market_cap: 'integer',
  category: 'text',
  description: 'text',
  momentum_score: 'number',
  status: 'text',
  title: 'text',
  genre: 'text',
  audience: 'text',
  publishedAt: 'date',
  ageBand: 'text',
  gender: 'text',
  language: 'text',
  region: 'text'
}
const TEXTS = ['profile', 'goals', 'content'] as const
type Texts = (typeof TEXTS)[number]
const isText = (name: string): name is Texts => (TEXTS as readonly string[]).includes(name)

/** Whether a column of this name says something of a node. */
export const describes = (name: string) => name === 'name' || isText(name) || Object.hasOwn(PROPERTIES, name)

const TEXT_MAX = 200_000

/** What is said of a node, as texts by the names of the closed list; other names are left out. */
export function describe (entity: EntityRef, said: Iterable<readonly [name: string, value: string]>): Description | Rejection {
  const { id, label, name } = entity
  const described: Description = { id, label, name, unnamed: true, properties: {} }
  for (const [name, value] of said) {
    const wrong = tell(described, name, value)
    if (wrong !== null) return wrong
  }
  return described
}

function tell (described: Description, name: string, value: string): Rejection | null {
  if (isBroken(value)) return reject('bad_text', name, `"${short(value)}" cannot be the ${name}`, 'Save the file as UTF-8, without control characters.')
  if (!describes(name)) return null
  const max = isText(name) || name === 'description' ? TEXT_MAX : NAME_MAX
  if (value.length > max) return reject('too_long', name, `The ${name} is too long`, `It has at most ${max} characters.`)
  if (name === 'name') delete described.unnamed
  if (name === 'name' || isText(name)) described[name] = value
  else return property(described.properties, name, value)
  return null
}

const HOLDS: Record<(typeof PROPERTIES)[string], { holds: (value: string) => boolean, hint: string }> = {
  text: { holds: () => true, hint: '' },
  date: { holds: isDate, hint: 'Write dates as 2026-11-01.' },
  number: { holds: isNumber, hint: 'Write a number.' },
  integer: { holds: (value) => isNumber(value) && Number.isSafeInteger(Number(value)), hint: 'Write an integer.' }
}

function property (into: Description['properties'], name: string, value: string): Rejection | null {
  const kind = PROPERTIES[name]!
  const { holds, hint } = HOLDS[kind]
  if (!holds(value)) return reject('bad_value', name, `"${short(value)}" cannot be the ${name}`, hint)
  into[name] = kind === 'text' || kind === 'date' ? value : Number(value)
  return null
}
