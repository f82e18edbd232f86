import { COLLECTED, listOf, ONE, sized, type Piece, type Reader, type Size } from './reader.js'

const RANGE_MAX = 1_000_000
const COLLECTION_MAX = 1_000_000

/** Functions that read values and nothing else, as they are written in the compiled query. */
const KNOWN = [
  'count', 'collect', 'sum', 'avg', 'min', 'max', 'stDev', 'stDevP', 'percentileCont', 'percentileDisc',
  'abs', 'ceil', 'floor', 'round', 'sign', 'sqrt', 'exp', 'log', 'log10', 'toInteger', 'toFloat', 'toString', 'toBoolean',
  'toIntegerOrNull', 'toFloatOrNull', 'toStringOrNull', 'toBooleanOrNull',
  'toLower', 'toUpper', 'lower', 'upper', 'trim', 'lTrim', 'rTrim', 'left', 'right', 'substring', 'split', 'replace', 'reverse', 'char_length',
  'size', 'head', 'last', 'tail', 'range', 'coalesce', 'nullIf', 'isEmpty', 'keys',
  'labels', 'type', 'nodes', 'relationships', 'length', 'startNode', 'endNode', 'elementId',
  'date', 'datetime', 'date.truncate', 'datetime.truncate', 'duration.between', 'duration.inDays', 'duration'
] as const
const FUNCTIONS = new Map(KNOWN.map((name) => [name.toLowerCase(), name]))

/** A call of a listed function; null where what is next is no call. */
export function callOf (r: Reader, expression: (r: Reader) => Piece): Piece | null {
  let [at, name] = [1, r.token.says]
  for (; r.isAt(at, '.') && r.ahead(at + 1).kind === 'word'; at += 2) name += `.${r.ahead(at + 1).says}`
  if (!r.isAt(at, '(')) return null
  const known = FUNCTIONS.get(name.toLowerCase())
  if (known === undefined) throw r.refuse(`the function ${name} is not on the list`, `known are ${KNOWN.join(', ')}`)
  for (; at >= 0; at--) r.next()
  return known === 'range' ? range(r) : call(r, known, expression)
}

function call (r: Reader, name: string, expression: (r: Reader) => Piece): Piece {
  const distinct = r.skip('DISTINCT') ? 'DISTINCT ' : ''
  const given = r.is(')') ? [] : listOf(r, expression)
  r.expect(')')
  return { text: `${name}(${distinct}${given.map(({ text }) => text).join(', ')})`, size: { ...sizeOfCall(name, given.map(({ size }) => size)), work: workOf(given) } }
}

/** A call goes through its arguments once. */
const workOf = (given: Piece[]) => 1 + given.reduce((work, { size }) => work + size.work, 0)

const SMALL = new Set(['count', 'sum', 'avg', 'size', 'length', 'type', 'labels', 'abs', 'toInteger', 'toFloat', 'isEmpty'])

function sizeOfCall (name: string, given: Size[]): Size {
  const [first = ONE, , third = ONE] = given
  if (SMALL.has(name)) return ONE
  if (name === 'collect') return sized(Math.min(COLLECTED * first.total, COLLECTION_MAX), COLLECTED, first.total) // Neo4j itself bounds what is collected
  if (name === 'replace') return sized(first.total * Math.max(1, third.total))
  if (name === 'head' || name === 'last') return sized(first.each)
  if (['tail', 'reverse'].includes(name)) return first
  return sized(Math.max(100, ...given.map(({ total }) => total)))
}

/** How long a list gets is known before it is made. */
function range (r: Reader): Piece {
  const numbers = listOf(r, () => {
    const sign = r.skip('-') ? -1 : 1
    const value = r.wholeNumber()
    if (value === null) throw r.refuse('range takes whole numbers', 'write them, or pass them as parameters')
    return sign * value
  })
  r.expect(')')
  const [from = 0, to = 0, step = 1] = numbers
  const length = Math.max(0, Math.floor((to - from) / (step || 1)) + 1)
  if (length > RANGE_MAX) throw r.refuse(`a range of ${length} numbers is too long`, `${RANGE_MAX} are the most`)
  return { text: `range(${numbers.join(', ')})`, size: sized(length, length, 1) }
}
