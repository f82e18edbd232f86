import type { FactRow, Pairs } from './read.js'
import { sparse, type Sparse } from './sparse.js'

export type Evidence = 'attributes' | 'links'

/** What one kind of fact says of the items: a row an item, of length 1 where it says anything. `names`: of the columns. */
export interface View { name: string, evidence: Evidence, names: string[], matrix: Sparse }

/** The items that facts and pairs name, and what the facts say of them. */
export interface Items { ids: string[], indexOf: Map<string, number>, views: View[] }

/** Rarer counts more. The exponent was chosen on hidden training articles of citeulike-a: 1 to 1.3 are alike, .5 and 2 worse. */
const IDF_POWER = 1.2

/**
 * A view for each predicate: an object of the items' own kind links two items, in both directions; anything else is an attribute.
 * The words of the attributes' names are a view of their own, so that `metabolic_networks` and `neural-networks` meet.
 */
export function readItems (facts: readonly FactRow[], train: Pairs, more: readonly string[]): Items {
  const ids: string[] = []
  const indexOf = new Map<string, number>()
  const item = (id: string) => number(indexOf, ids, id)
  for (const id of [...train.values()].flat()) item(id)
  more.forEach(item)

  const kind = commonest(facts.map(({ subject }) => kindOf(subject)))
  const attributes = new Map<string, [number, string][]>()
  const links = new Map<string, [number, number][]>()
  for (const { subject, predicate, object } of facts) {
    const [from, to] = [kindOf(subject) === kind, isItem(object, kind, indexOf)]
    if (from && to) held(links, predicate).push([item(idOf(subject)), item(idOf(object))])
    else if (from) held(attributes, predicate).push([item(idOf(subject)), object])
    else if (to) held(attributes, predicate).push([item(idOf(object)), subject])
  }
  const views = [
    ...[...attributes].flatMap(([predicate, rows]) => attributeViews(predicate, rows, ids.length)),
    ...[...links].map(([predicate, rows]) => linkView(predicate, rows, ids))
  ]
  return { ids, indexOf, views }
}

const kindOf = (name: string) => /^([a-z]+):/i.exec(name)?.[1] ?? ''
const idOf = (name: string) => name.replace(/^[a-z]+:/i, '')

/** Without a kind, only a known id is an item: a tag may be anything. */
const isItem = (name: string, kind: string, known: Map<string, number>) => kindOf(name) === kind && (kind !== '' || known.has(name))

function attributeViews (predicate: string, rows: [number, string][], items: number): View[] {
  const whole = view(predicate, 'attributes', rows, items)
  const words = view(`${predicate} (words)`, 'attributes', rows.flatMap(([item, name]) => wordsOf(name).map((word) => [item, word] as [number, string])), items)
  return words.names.length === whole.names.length && words.matrix.indices.length === whole.matrix.indices.length ? [whole] : [whole, words]
}

const wordsOf = (name: string) => name.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean)

/** Who is linked with the same ones; an item counts among its own neighbors, so that a direct link is one too. */
function linkView (predicate: string, rows: [number, number][], ids: string[]): View {
  const both = rows.flatMap(([from, to]) => [[from, ids[to]!], [to, ids[from]!]] as [number, string][])
  const linked = [...new Set(both.map(([item]) => item))].map((item): [number, string] => [item, ids[item]!])
  return view(predicate, 'links', [...both, ...linked], ids.length)
}

/** Rows of ln(items / items that have it)^1.2, made of length 1. */
function view (name: string, evidence: Evidence, pairs: [number, string][], items: number): View {
  const names: string[] = []
  const columnOf = new Map<string, number>()
  const rows = Array.from({ length: items }, () => new Set<number>())
  for (const [item, value] of pairs) rows[item]!.add(number(columnOf, names, value))
  const spread = new Uint32Array(names.length)
  for (const row of rows) for (const column of row) spread[column]!++
  const weighed = rows.map((row) => [...row].map((column) => [column, Math.log(items / spread[column]!) ** IDF_POWER] as const))
  return { name, evidence, names, matrix: sparse(weighed.map((row) => shortened(row, 1)), names.length) }
}

/** The share of its length that an item is divided by when the views are put together: whoever has more evidence may count a little more. */
const LENGTH_POWER = 0.8

/** The views side by side, each by the root of its weight, for the items asked for. Weight 0 leaves a view out. */
export function joined (views: readonly View[], weights: readonly number[], items: readonly number[]): Sparse {
  const starts: number[] = []
  const columns = views.reduce((sum, { matrix }) => starts.push(sum) && sum + matrix.columns, 0)
  const rows = items.map((item) => shortened(views.flatMap(({ matrix }, v) => weights[v] === 0
    ? []
    : entries(matrix, item).map(([column, value]) => [starts[v]! + column, Math.sqrt(weights[v]!) * value] as const)), LENGTH_POWER))
  return sparse(rows, columns)
}

function entries ({ offsets, indices, values }: Sparse, row: number): [number, number][] {
  return Array.from(indices.subarray(offsets[row], offsets[row + 1]), (column, at) => [column, values[offsets[row]! + at]!])
}

function shortened (row: (readonly [number, number])[], power: number): (readonly [number, number])[] {
  const length = Math.sqrt(row.reduce((sum, [, value]) => sum + value * value, 0))
  return length === 0 ? [] : row.map(([column, value]) => [column, value / length ** power] as const)
}

function number (indexOf: Map<string, number>, names: string[], name: string): number {
  const known = indexOf.get(name)
  if (known !== undefined) return known
  indexOf.set(name, names.length)
  return names.push(name) - 1
}

function held<T> (map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? []
  map.set(key, list)
  return list
}

function commonest (kinds: string[]): string {
  const counts = new Map<string, number>()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}
