import { HIDDEN } from '../graph/values.js'
import { LABELS, RELATIONS } from '../../models/vocabulary.js'
import { union, where } from './compile.js'
import { callOf } from './functions.js'
import { chain, path, types } from './patterns.js'
import { listOf, ONE, SIZE_MAX, sized, UNKNOWN, type Piece, type Reader, type Size } from './reader.js'

const BETWEEN = ['AND', 'OR', 'XOR', 'IN', 'CONTAINS', '=', '<>', '<=', '>=', '<', '>', '+', '-', '*', '/', '%', '^']

/** Operands with operators between them, in the order in which they stand: Neo4j knows what binds more. */
export function expression (r: Reader): Piece {
  return r.within(() => {
    const pieces = [operand(r)]
    const texts = [pieces[0]!.text]
    for (let between = operator(r); between !== null; between = operator(r)) {
      pieces.push(operand(r))
      texts.push(between, pieces.at(-1)!.text)
    }
    return checked(r, { text: texts.join(' '), size: pieces.length === 1 ? pieces[0]!.size : together(pieces.map(({ size }) => size)) })
  })
}

function operator (r: Reader): string | null {
  if (r.is('=', '~')) throw r.refuse('regular expressions are not known here', 'ask with CONTAINS, STARTS WITH or ENDS WITH')
  for (const word of ['STARTS', 'ENDS']) if (r.skip(word, 'WITH')) return `${word} WITH`
  return BETWEEN.find((word) => r.skip(word)) ?? null
}

/** What several values come to when they are put together. */
const together = (sizes: Size[]): Size =>
  sizes.reduce((a, b) => sized(a.total + b.total, a.count + b.count, Math.max(a.each, b.each), a.work + b.work))

/** Neo4j neither counts the memory of one expression nor stops within it, so one that may grow too large is not begun. */
function checked (r: Reader, piece: Piece): Piece {
  if (Math.max(piece.size.total, piece.size.work) > SIZE_MAX) throw r.refuse('this value could grow beyond what fits into memory', 'UNWIND the list, and ask with WHERE, count and collect for less of it')
  return piece
}

function operand (r: Reader): Piece {
  for (const sign of ['NOT', '-', '+']) {
    if (r.skip(sign)) {
      const { text, size } = r.within(() => operand(r))
      return { text: `${sign} ${text}`, size }
    }
  }
  let piece = atom(r)
  for (let more = after(r, piece); more !== null; more = after(r, piece)) piece = more
  return piece
}

/** What may follow a value: `.name`, `[0]`, `[..5]`, `:Label`, `IS NULL`. */
function after (r: Reader, { text, size }: Piece): Piece | null {
  if (r.skip('.')) return { text: `${text}.${property(r)}`, size: { ...sized(Math.max(size.each, UNKNOWN.total)), work: size.work } }
  if (r.skip('[')) {
    const chosen = index(r)
    return { text: `${text}[${chosen}]`, size: chosen.includes('..') ? size : { ...sized(size.each), work: size.work } }
  }
  if (r.skip(':')) return { text: `${text}:${types(r, ['Entity', ...LABELS, ...RELATIONS], 'label or type')}`, size: { ...ONE, work: size.work } }
  if (r.skip('IS', 'NOT', 'NULL')) return { text: `${text} IS NOT NULL`, size: { ...ONE, work: size.work } }
  if (r.skip('IS', 'NULL')) return { text: `${text} IS NULL`, size: { ...ONE, work: size.work } }
  return null
}

/** A name that is written as it is: of a property, or a key of a map. */
function property (r: Reader): string {
  const { kind, says } = r.token
  if ((kind !== 'word' && kind !== 'name') || !/^[A-Za-z][A-Za-z0-9_]*$/.test(says)) throw r.refuse(`${r.found()} is no name of a property`, 'GET /graph/schema tells those there are')
  if (HIDDEN.has(says)) throw r.refuse(`${says} is not for queries by hand`, 'the queries "evidence" and "history" of the library tell what may be known of it', 'permission_denied')
  r.next()
  return `\`${says}\``
}

/** Only numbers choose from a list: what is chosen by a name that is only known later could be any property. */
function index (r: Reader): string {
  const end = () => `${r.skip('-') ? '-' : ''}${r.wholeNumber() ?? ''}`
  const first = end()
  const text = r.skip('..') ? `${first}..${end()}` : first
  if (text === '' || !r.is(']')) throw r.refuse('in [ ] after a value stands a number, or two with ".." between them', 'write n.name for a property, and UNWIND a list to go through it')
  r.expect(']')
  return text
}

const CONSTANTS = ['TRUE', 'FALSE', 'NULL']
const QUANTIFIERS = ['ANY', 'ALL', 'NONE', 'SINGLE']

function atom (r: Reader): Piece {
  const { kind, says } = r.token
  switch (kind) {
    case 'text': return r.parameter(r.next().says)
    case 'number': return { text: r.next().says, size: ONE }
    case 'parameter': return r.givenParameter()
    case 'word': return special(r) ?? callOf(r, expression) ?? variable(r, says)
    case 'name': return variable(r, says)
    default: return opened(r)
  }
}

/** What begins with a bracket. */
function opened (r: Reader): Piece {
  if (r.is('[')) return bracketList(r)
  if (r.is('{')) return mapLiteral(r)
  if (!r.is('(')) throw r.refuse(`${r.found()} stands where a value should`, 'see whether the query is complete')
  return isPattern(r) ? { text: `EXISTS { ${chain(r)} }`, size: ONE } : bracketed(r)
}

function variable (r: Reader, says: string): Piece {
  const piece = { text: r.name(), size: r.sizeOf(says) }
  return r.is('{') ? projection(r, piece) : piece
}

function special (r: Reader): Piece | null {
  const constant = CONSTANTS.find((word) => r.skip(word))
  if (constant !== undefined) return { text: constant.toLowerCase(), size: ONE }
  if (r.is('CASE')) return cases(r)
  for (const word of ['EXISTS', 'COUNT', 'COLLECT']) if (r.skip(word, '{')) return nested(r, word)
  if (r.skip('COUNT', '(', '*', ')')) return { text: 'count(*)', size: ONE }
  if (r.is('REDUCE', '(')) throw r.refuse('reduce is not known here', 'UNWIND the list and use sum, min, max, count or collect')
  const quantifier = QUANTIFIERS.find((word) => r.is(word, '('))
  return quantifier === undefined ? null : quantified(r, quantifier.toLowerCase())
}

function nested (r: Reader, word: string): Piece {
  const query = ['MATCH', 'OPTIONAL', 'WITH', 'UNWIND', 'RETURN', 'CALL'].some((clause) => r.is(clause) && r.ahead(1).says !== '=')
  const text = query ? union(r, { open: true }) : `${path(r)}${where(r)}`
  r.expect('}')
  return { text: `${word} { ${text} }`, size: word === 'COLLECT' ? COLLECTION : ONE }
}
const COLLECTION = sized(1_000_000, 1_000, 1_000)

function quantified (r: Reader, word: string): Piece {
  r.next()
  r.expect('(')
  const { text, size } = iteration(r)
  r.expect(')')
  return checked(r, { text: `${word}(${text})`, size: sized(1, 1, 1, size.work) })
}

/** `x IN xs WHERE …`, with the size of the list, and the steps to go through it. */
function iteration (r: Reader): Piece {
  const { says } = r.token
  const name = r.name()
  r.expect('IN')
  const { text, size } = expression(r)
  r.variable(says, sized(size.each))
  const condition = r.skip('WHERE') ? expression(r) : null
  const work = size.work + size.count * (condition?.size.work ?? 1)
  return { text: `${name} IN ${text}${condition === null ? '' : ` WHERE ${condition.text}`}`, size: { ...size, work } }
}

function bracketList (r: Reader): Piece {
  if (isPattern(r, 1) || (r.ahead(2).says === '=' && isPattern(r, 3))) return patternComprehension(r)
  r.expect('[')
  if (r.skip(']')) return { text: '[]', size: sized(0) }
  if (['word', 'name'].includes(r.token.kind) && r.isAt(1, 'IN')) return comprehension(r)
  const items = listOf(r, expression)
  r.expect(']')
  return { text: `[${items.map(({ text }) => text).join(', ')}]`, size: listed(items) }
}

const listed = (items: Piece[]): Size => {
  const { total, work } = together(items.map(({ size }) => size))
  return sized(total, items.length, Math.max(...items.map(({ size }) => size.total)), work)
}

function comprehension (r: Reader): Piece {
  const { text, size: list } = iteration(r)
  const made = r.skip('|') ? expression(r) : null
  r.expect(']')
  const size = made === null ? list : sized(list.count * made.size.total, list.count, made.size.total, list.work + list.count * made.size.work)
  return checked(r, { text: `[${text}${made === null ? '' : ` | ${made.text}`}]`, size })
}

function patternComprehension (r: Reader): Piece {
  r.expect('[')
  const text = `${path(r)}${where(r)}`
  r.expect('|')
  const made = expression(r)
  r.expect(']')
  return { text: `[${text} | ${made.text}]`, size: COLLECTION }
}

function bracketed (r: Reader): Piece {
  r.expect('(')
  const { text, size } = expression(r)
  r.expect(')')
  return { text: `(${text})`, size }
}

/** Whether a bracket opens a node with a relationship after it. */
function isPattern (r: Reader, from = 0): boolean {
  if (!r.isAt(from, '(')) return false
  const after = closing(r, from) + 1
  return (r.isAt(after, '-') && ['-', '['].some((next) => r.isAt(after + 1, next))) || (r.isAt(after, '<') && r.isAt(after + 1, '-'))
}

/** Where the bracket closes that opens here. */
function closing (r: Reader, from: number): number {
  let depth = 0
  for (let at = from; r.ahead(at).kind !== 'end'; at++) {
    depth += r.isAt(at, '(') ? 1 : r.isAt(at, ')') ? -1 : 0
    if (depth === 0) return at
  }
  return from
}

/** `{name: n.name}`; the names are ours to show, so they stay as they are. */
export function mapLiteral (r: Reader): Piece {
  r.expect('{')
  if (r.skip('}')) return { text: '{}', size: ONE }
  const entries = listOf(r, () => {
    const key = property(r)
    r.expect(':')
    const { text, size } = expression(r)
    return { text: `${key}: ${text}`, size }
  })
  r.expect('}')
  return { text: `{${entries.map(({ text }) => text).join(', ')}}`, size: mapped(entries) }
}

const mapped = (entries: Piece[]): Size => {
  const { total, work } = together(entries.map(({ size }) => size))
  return sized(total, total, total, work)
}

/** `n {.name, degree: 3}`. */
function projection (r: Reader, { text, size }: Piece): Piece {
  r.expect('{')
  const entries = listOf(r, () => {
    if (r.skip('.')) return { text: `.${property(r)}`, size: UNKNOWN }
    const key = property(r)
    r.expect(':')
    const value = expression(r)
    return { text: `${key}: ${value.text}`, size: value.size }
  })
  r.expect('}')
  return { text: `${text} {${entries.map((entry) => entry.text).join(', ')}}`, size: mapped([{ text, size }, ...entries]) }
}

function cases (r: Reader): Piece {
  r.expect('CASE')
  const sizes: Size[] = []
  const part = (word: string): string => {
    const { text, size } = expression(r)
    sizes.push(size)
    return `${word} ${text}`
  }
  const parts = [r.is('WHEN') ? 'CASE' : part('CASE')]
  while (r.skip('WHEN')) {
    parts.push(part('WHEN'))
    r.expect('THEN')
    parts.push(part('THEN'))
  }
  if (r.skip('ELSE')) parts.push(part('ELSE'))
  r.expect('END')
  return { text: `${parts.join(' ')} END`, size: together(sizes) }
}
