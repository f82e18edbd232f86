import { LABELS, RELATIONS } from '../../models/vocabulary.js'
import { expression, mapLiteral } from './expressions.js'
import { sized, UNKNOWN, type Reader } from './reader.js'

const HOPS_MAX = 10
const ENTITY = 'Entity'

/** What every node and every relationship of a compiled query is held to: of the tenant, a fact, and nobody's secret. */
const nodeGuard = (name: string) => `${name}.tenantId = $tenantId AND ${name}.visibleTo IS NULL`
const factGuard = (name: string) => `${name}.visibleTo IS NULL AND ${name}.factId IS NOT NULL`

/** `p = (a)-[:SEEKS]->(b)`, perhaps the shortest of its kind. */
export function path (r: Reader): string {
  const named = r.ahead(1).says === '=' && r.ahead(1).kind === 'symbol' ? `${r.name(sized(100, 10))} = ` : ''
  if (named !== '') r.expect('=')
  for (const [word, means] of [['SHORTESTPATH', 'ANY SHORTEST'], ['ALLSHORTESTPATHS', 'ALL SHORTEST']] as const) {
    if (r.skip(word, '(')) {
      const text = chain(r)
      r.expect(')')
      return `${named}${means} ${text}`
    }
  }
  return `${named}${selector(r)}${chain(r)}`
}

function selector (r: Reader): string {
  for (const word of ['ANY', 'ALL']) if (r.skip(word, 'SHORTEST')) return `${word} SHORTEST `
  if (!r.skip('SHORTEST')) return ''
  const count = r.wholeNumber()
  if (count === null || count < 1 || count > 100) throw r.refuse('SHORTEST takes a number up to 100', 'write SHORTEST 3 (a)-[*..4]-(b)')
  return `SHORTEST ${count}${r.skip('GROUPS') ? ' GROUPS' : ''} `
}

/** Nodes with relationships between them; also where a pattern stands for a condition. */
export function chain (r: Reader): string {
  const parts = [node(r)]
  while (startsRelationship(r)) parts.push(relationship(r), node(r))
  return parts.join('')
}

const startsRelationship = (r: Reader) => r.is('-') || r.is('<', '-')

function node (r: Reader): string {
  r.expect('(')
  if (r.is('(')) throw r.refuse('a pattern in brackets is not known', `write -[:TYPE*1..3]- where a step repeats, ${HOPS_MAX} times at most`)
  const name = isName(r) ? r.name(UNKNOWN) : r.fresh()
  const labels = r.skip(':') ? `${ENTITY}&(${types(r, [ENTITY, ...LABELS], 'label')})` : ENTITY
  const map = r.is('{') ? ` ${mapLiteral(r).text}` : ''
  const more = r.skip('WHERE') ? ` AND (${expression(r).text})` : ''
  r.expect(')')
  return `(${name}:${labels}${map} WHERE ${nodeGuard(name)}${more})`
}

const isName = (r: Reader) => r.token.kind === 'name' || (r.token.kind === 'word' && !(r.is('WHERE') && !['{', ':', ')', 'WHERE'].includes(r.ahead(1).says)))

function relationship (r: Reader): string {
  r.pattern()
  const left = r.skip('<') ? '<-' : '-'
  r.expect('-')
  const { inside, hops } = r.skip('[') ? bracket(r) : { inside: guarded(r.fresh(), '', '', ''), hops: '' }
  r.expect('-')
  const right = r.skip('>') ? '->' : '-'
  const steps = r.is('{') || r.is('+') || r.is('*') ? quantifier(r) : hops
  return `${left}[${inside}]${right}${steps}`
}

const guarded = (name: string, labels: string, map: string, more: string) => `${name}${labels}${map} WHERE ${factGuard(name)}${more}`

function bracket (r: Reader): { inside: string, hops: string } {
  const name = isName(r) ? r.name(sized(100, 10)) : r.fresh()
  const labels = r.skip(':') ? `:${types(r, RELATIONS, 'relationship type')}` : ''
  const hops = r.skip('*') ? range(r) : ''
  const map = r.is('{') ? ` ${mapLiteral(r).text}` : ''
  const more = r.skip('WHERE') ? ` AND (${expression(r).text})` : ''
  r.expect(']')
  return { inside: guarded(name, labels, map, more), hops }
}

/** `*2`, `*1..3`, `*..3`, as the steps of a path. */
function range (r: Reader): string {
  const least = r.wholeNumber()
  if (!r.skip('..')) return steps(r, least, least)
  return steps(r, least ?? 1, r.wholeNumber())
}

/** `{2}`, `{1,3}`, `{,3}` after the arrow. */
function quantifier (r: Reader): string {
  if (!r.skip('{')) return steps(r, null, null)
  const least = r.wholeNumber()
  const most = r.skip(',') ? r.wholeNumber() : least
  r.expect('}')
  return steps(r, least ?? 0, most)
}

function steps (r: Reader, least: number | null, most: number | null): string {
  if (least === null || most === null || most > HOPS_MAX || least > most) {
    throw r.refuse(`a path needs a bound of at most ${HOPS_MAX} steps`, 'write *1..3, say')
  }
  return `{${least},${most}}`
}

/** Labels or types of the vocabulary, with | & ! and brackets between them; `:A:B` and `|:` as they used to be written. */
export function types (r: Reader, known: readonly string[], what: string): string {
  const one = (): string => {
    if (r.skip('!')) return `!${one()}`
    if (r.skip('(')) {
      const text = r.within(() => types(r, known, what))
      r.expect(')')
      return `(${text})`
    }
    const name = known.find((name) => name === r.token.says && ['word', 'name'].includes(r.token.kind))
    if (name === undefined) throw r.refuse(`${r.found()} is no ${what} of this graph`, `there are ${known.join(', ')}`)
    r.next()
    return name
  }
  const parts = [one()]
  for (;;) {
    if (r.skip('|')) {
      r.skip(':')
      parts.push('|', one())
    } else if (r.skip('&') || r.skip(':')) parts.push('&', one())
    else return parts.join('')
  }
}
