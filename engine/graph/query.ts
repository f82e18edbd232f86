import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A Cypher file with the contract that its header states. */
export interface Query {
  name: string // 'affinity/paths'
  about: string
  /** The question that a query for analysts belongs to; '' of all others. */
  asks: string
  takes: Record<string, Parameter>
  returns: Record<string, string>
  seeks: string[]
  writes: boolean
  example: string // the map literal of the `:param` line
  text: string
}
export interface Parameter { type: string, integers: string[] }

const CYPHER = fileURLToPath(new URL('../../cypher/', import.meta.url))

/** Every query of `cypher/` but the schema, by name. */
export function loadQueries (folder = CYPHER): Map<string, Query> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.cypher')).sort()
  const queries = files.map((file) => join(folder, file)).map((path) => parseQuery(nameOf(folder, path), readFileSync(path, 'utf8')))
  return new Map(queries.filter((query) => !query.name.startsWith('schema/')).map((query) => [query.name, query]))
}

const nameOf = (folder: string, path: string) => relative(folder, path).replaceAll('\\', '/').replace(/\.cypher$/, '')

export function parseQuery (name: string, text: string): Query {
  const header = text.split('\n').filter((line) => line.startsWith('//')).map((line) => line.slice(2))
  const field = (word: string) => header.map((line) => new RegExp(`^\\s+${word}\\s+(.*)$`).exec(line)?.[1]).find((found) => found !== undefined) ?? ''
  return {
    name,
    about: header[0]?.trim() ?? '',
    asks: field('asks'),
    takes: Object.fromEntries(commaList(field('takes')).map(parameter)),
    returns: Object.fromEntries(commaList(field('returns')).map((item) => item.split(' ') as [string, string])),
    seeks: field('seeks').split(/,\s*(?![^(]*\))/).filter(Boolean),
    writes: header.some((line) => line.trim() === 'writes'),
    example: header.map((line) => /^ :param (.*)$/.exec(line)?.[1]).find((found) => found !== undefined) ?? '{}',
    text
  }
}

const commaList = (text: string) => text.split(',').map((item) => item.trim()).filter(Boolean)

/** `rows list with integer count age`: numbers under these keys travel as integers. */
function parameter (item: string): [string, Parameter] {
  const [name = '', type = '', ...rest] = item.split(' ')
  return [name, { type, integers: rest.slice(2) }]
}

const IS: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  float: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  list: Array.isArray,
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What is wrong with the parameters by the header, in words: one that is missing, of another type, or unknown. */
export function problemWith (query: Query, parameters: Record<string, unknown>): string | null {
  const wrong = Object.entries(query.takes).find(([name, { type }]) => !IS[type]?.(parameters[name]))
  if (wrong !== undefined) return `Query ${query.name} takes ${wrong[0]} as ${wrong[1].type}; got ${JSON.stringify(parameters[wrong[0]]) ?? 'nothing'}.`
  const unknown = Object.keys(parameters).find((name) => !(name in query.takes))
  return unknown === undefined ? null : `Query ${query.name} does not take ${unknown}; it takes ${Object.keys(query.takes).join(', ')}.`
}
