import { expression } from './expressions.js'
import { path } from './patterns.js'
import { listOf, Reader, sized } from './reader.js'

/** A query that can be run: its text, its parameters, and what its columns and variables are called by who asks. */
export interface Compiled { text: string, parameters: Record<string, unknown>, called: string[] }

/**
 * Reads a query that an analyst wrote and writes it anew. What is written is put together from what is known here: clauses that read,
 * the vocabulary, listed functions; texts travel as parameters, variables get names of ours, every node and relationship gets its guard.
 * So what is not understood cannot be run, and nobody has to recognise what is evil.
 */
export function compile (query: string, parameters: Record<string, unknown> = {}): Compiled {
  const r = new Reader(query, parameters)
  const text = union(r)
  r.skip(';')
  if (r.token.kind !== 'end') throw unknownClause(r)
  return { text, parameters: r.parameters, called: r.called }
}

/** One or more queries with UNION between them; also what stands in CALL { … }, EXISTS { … } and their like. */
export function union (r: Reader, { open = false } = {}): string {
  const parts = [single(r, open)]
  while (r.skip('UNION')) parts.push(r.skip('ALL') ? 'UNION ALL' : 'UNION', single(r, open))
  return parts.join('\n')
}

/** `open`: it may end without RETURN, as in EXISTS { MATCH … }. */
function single (r: Reader, open: boolean): string {
  return r.within(() => {
    const clauses: string[] = []
    const ends = () => r.is('RETURN') || (open && r.is('}'))
    while (!ends()) clauses.push(clause(r))
    return [...clauses, ...r.is('RETURN') ? [returned(r, 'RETURN')] : []].join('\n')
  })
}

function clause (r: Reader): string {
  if (r.skip('OPTIONAL', 'MATCH')) return `OPTIONAL ${match(r)}`
  if (r.skip('MATCH')) return match(r)
  if (r.is('WITH')) return returned(r, 'WITH')
  if (r.skip('UNWIND')) return unwind(r)
  if (r.is('CALL', '{') || r.is('CALL', '(')) return subquery(r)
  throw unknownClause(r)
}

const WRITES = new Set(['CREATE', 'MERGE', 'SET', 'DELETE', 'DETACH', 'REMOVE', 'FOREACH', 'DROP', 'ALTER', 'GRANT', 'REVOKE', 'DENY', 'INSERT', 'NODETACH'])
const ELSEWHERE = new Set(['LOAD', 'CALL', 'USE', 'SHOW', 'START', 'STOP', 'TERMINATE', 'EXPLAIN', 'PROFILE', 'CYPHER', 'USING', 'FINISH'])

function unknownClause (r: Reader): Error {
  const word = r.token.says.toUpperCase()
  if (WRITES.has(word)) return r.refuse(`${word} writes`, 'queries by hand only read; facts come in by onboarding, imports and deals', 'permission_denied')
  if (word === 'CALL') return r.refuse('procedures cannot be called', 'GET /graph/schema tells labels, types and properties; CALL { … } is fine', 'permission_denied')
  if (ELSEWHERE.has(word)) return r.refuse(`${word} is not for queries by hand`, 'ask with MATCH, WHERE, WITH, UNWIND and RETURN', 'permission_denied')
  return r.refuse(`${r.found()} begins no clause`, 'known are MATCH, OPTIONAL MATCH, WHERE, WITH, UNWIND, CALL { … }, UNION and RETURN, which comes last')
}

const match = (r: Reader): string => `MATCH ${listOf(r, path).join(', ')}${where(r)}`
export const where = (r: Reader): string => r.skip('WHERE') ? ` WHERE ${expression(r).text}` : ''

function unwind (r: Reader): string {
  const { text, size } = expression(r)
  r.expect('AS')
  return `UNWIND ${text} AS ${r.name(sized(size.each))}`
}

function subquery (r: Reader): string {
  r.expect('CALL')
  const given = r.skip('(') ? `(${r.is(')') ? '' : listOf(r, () => r.name()).join(', ')}) ` : ''
  if (given !== '') r.expect(')')
  r.expect('{')
  const body = union(r)
  r.expect('}')
  if (r.is('IN')) throw r.refuse('CALL { … } IN TRANSACTIONS is for writing', 'leave the last words out', 'permission_denied')
  return `CALL ${given}{ ${body} }`
}

function returned (r: Reader, word: 'WITH' | 'RETURN'): string {
  r.expect(word)
  const distinct = r.skip('DISTINCT') ? 'DISTINCT ' : ''
  const items = r.skip('*') ? ['*', ...r.skip(',') ? listOf(r, item) : []] : listOf(r, item)
  const order = r.skip('ORDER', 'BY') ? ` ORDER BY ${listOf(r, ordered).join(', ')}` : ''
  const skip = r.skip('SKIP') || r.skip('OFFSET') ? ` SKIP ${whole(r)}` : ''
  const limit = r.skip('LIMIT') ? ` LIMIT ${whole(r)}` : ''
  return `${word} ${distinct}${items.join(', ')}${order}${skip}${limit}${word === 'WITH' ? where(r) : ''}`
}

/** Without a name of its own a column is called what was written. */
function item (r: Reader): string {
  const from = r.from
  const { text, size } = expression(r)
  const written = r.since(from)
  if (r.skip('AS')) return `${text} AS ${r.name(size)}`
  return /^v\d+$/.test(text) ? text : `${text} AS ${r.variable(written, size)}`
}

function ordered (r: Reader): string {
  const { text } = expression(r)
  const down = ['DESC', 'DESCENDING'].some((word) => r.skip(word))
  if (!down) for (const word of ['ASC', 'ASCENDING']) r.skip(word)
  return down ? `${text} DESC` : text
}

function whole (r: Reader): string {
  const value = r.wholeNumber()
  if (value === null) throw r.refuse('SKIP and LIMIT take a whole number', 'write it, or pass it as a parameter')
  return String(value)
}
