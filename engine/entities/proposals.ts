import type { Duplicate, DuplicatesMeta, Sign } from '../../models/entities.js'
import { kindOf, type Label } from '../../models/vocabulary.js'
import type { Reads } from '../graph/graph.js'
import { SPACES, type Index } from '../index/vector-index.js'
import { breaks } from '../turns.js'
import { alikeNames } from './names.js'

interface Node { id: string, label: Label, name: string, key: string, described: boolean, textVersion: number, facts: number }
type Vectors = Pick<Index, 'search' | 'similarity' | 'vector'>

const PAGE = 2_000
const NODES_MAX = 50_000
const ALIASES_MAX = 10_000
/** Names so much alike are worth a question by themselves; less alike ones where the texts are, too. */
const NAME_ALONE = 0.7
const NAME_LEAST = 0.5
/** Texts so much alike say that names that are alike mean one; even more alike, whatever the names. */
const TEXT_LEAST = 0.8
const TEXT_ALONE = 0.95
/** Texts less alike than this say that names that are alike mean two. */
const TEXT_AGAINST = 0.3
/** Only a key or an alias is certain. */
const ALMOST = 0.99
const SEARCHES_MAX = 300
const NEAREST = 5

/**
 * Pairs of nodes of one kind that are probably one, the surest first, with the signs of each: one key, an alias, names or texts that are alike.
 * The work is bounded: so many nodes in the order of their ids, and the texts that were written last. Pairs that somebody has set apart are left out.
 */
export async function proposals (graph: Reads, index: Vectors, tenantId: string, limit: number): Promise<{ data: Duplicate[], meta: DuplicatesMeta }> {
  const { nodes, truncated } = await nodesOf(graph, tenantId)
  const pairs = new Pairs()
  for (const [one, other, sign] of [...byKey(nodes), ...await byAlias(graph, tenantId, nodes)]) pairs.add(one, other, sign, 1)
  await byName(nodes, pairs)
  const texts = await byText(index, tenantId, nodes, pairs)
  const rows = await graph.read<{ one: string, other: string }>('entities/apart', { tenantId })
  const apart = new Set(rows.map(({ one, other }) => pairKey(one, other)))

  const found = [...pairs.all()].filter(({ one, other }) => !apart.has(pairKey(one.id, other.id)))
    .map((pair) => ({ ...pair, ...judged(withTexts(index, tenantId, pair)) }))
    .filter(({ score }) => score > 0)
    .map(({ one, other, score, reasons }) => duplicate(one, other, score, reasons))
    .sort((a, b) => b.score - a.score || (placeIn(a) < placeIn(b) ? -1 : 1))
  const more = truncated || texts.truncated || found.length > limit
  return { data: found.slice(0, limit), meta: { nodes: nodes.length, searches: texts.searches, truncated: more } }
}

async function nodesOf (graph: Reads, tenantId: string): Promise<{ nodes: Node[], truncated: boolean }> {
  const nodes: Node[] = []
  for (let after = ''; nodes.length < NODES_MAX;) {
    const rows = await graph.read<Node>('entities/names', { tenantId, after, limit: PAGE })
    nodes.push(...rows)
    if (rows.length < PAGE) return { nodes, truncated: false }
    after = rows.at(-1)!.id
  }
  return { nodes, truncated: true }
}

const placeIn = ({ from, into }: Duplicate) => pairKey(from.id, into.id)

type Signs = Partial<Record<Sign, number>>
interface Pair { one: Node, other: Node, signs: Signs }

/** Pairs with their signs; each pair once, whichever way it was found. */
class Pairs {
  private readonly held = new Map<string, Pair>()

  add (one: Node, other: Node, sign: Sign, value: number): void {
    const key = pairKey(one.id, other.id)
    const pair = this.held.get(key) ?? { one, other, signs: {} }
    pair.signs[sign] = Math.max(pair.signs[sign] ?? 0, value)
    this.held.set(key, pair)
  }

  all (): Iterable<Pair> { return this.held.values() }
}

const pairKey = (one: string, other: string) => one < other ? `${one}\n${other}` : `${other}\n${one}`

type Found = [one: Node, other: Node, sign: Sign]

function byKey (nodes: Node[]): Found[] {
  const first = new Map<string, Node>()
  return nodes.flatMap((node): Found[] => {
    const key = `${node.label}\n${node.key}`
    const known = first.get(key)
    if (known === undefined) first.set(key, node)
    return known === undefined ? [] : [[known, node, 'key']]
  })
}

/** A node that goes by the key that is an alias of another of its kind. */
async function byAlias (graph: Reads, tenantId: string, nodes: Node[]): Promise<Found[]> {
  const rows = await graph.read<{ key: string, id: string }>('entities/alias-keys', { tenantId, limit: ALIASES_MAX })
  if (rows.length === 0) return []
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const byKey = grouped(nodes, 'key')
  return rows.flatMap(({ key, id }) => {
    const of = byId.get(id)
    return (byKey.get(key) ?? []).filter((node) => of !== undefined && node !== of && node.label === of.label).map((node): Found => [node, of!, 'alias'])
  })
}

function grouped (nodes: Node[], property: 'key' | 'label'): Map<string, Node[]> {
  const groups = new Map<string, Node[]>()
  for (const node of nodes) {
    const group = groups.get(node[property])
    if (group === undefined) groups.set(node[property], [node])
    else group.push(node)
  }
  return groups
}

async function byName (nodes: Node[], pairs: Pairs): Promise<void> {
  for (const some of grouped(nodes, 'label').values()) {
    for (const { one, other, similarity } of await alikeNames(some.map(({ key }) => key), NAME_LEAST)) {
      const [a, b] = [some[one]!, some[other]!]
      if (!COMMON.has(a.label) || wordsOf(a) === wordsOf(b)) pairs.add(a, b, 'name', similarity)
    }
  }
}

/** What common nouns name is another thing with each word more: a language and a language app; Tonwerk may be Tonwerk Studios. */
const COMMON = new Set<Label>(['Topic', 'Demographic', 'Trend', 'Product'])
const wordsOf = ({ key }: Node) => key.split('-').length

/** Nodes whose texts are nearly the same, looked for around those that were written last. */
async function byText (index: Vectors, tenantId: string, nodes: Node[], pairs: Pairs): Promise<{ searches: number, truncated: boolean }> {
  const pause = breaks()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const told = nodes.filter(({ textVersion }) => textVersion > 0).sort((a, b) => b.textVersion - a.textVersion || (a.id < b.id ? -1 : 1))
  let searches = 0
  for (const node of told.slice(0, SEARCHES_MAX)) {
    const vector = index.vector(tenantId, 'profile', node.id)
    if (vector === undefined) continue
    searches++
    await pause()
    for (const { id, similarity } of index.search(tenantId, 'profile', vector, NEAREST + 1)) {
      const other = byId.get(id)
      if (other !== undefined && other !== node && other.label === node.label && similarity >= TEXT_ALONE) pairs.add(node, other, 'profile', Math.min(1, similarity))
    }
  }
  return { searches, truncated: told.length > SEARCHES_MAX }
}

/** The signs, and how alike the texts of the two are, space by space. */
function withTexts (index: Vectors, tenantId: string, { one, other, signs }: Pair): Signs {
  if (one.textVersion === 0 || other.textVersion === 0) return signs
  for (const space of SPACES) {
    const vector = index.vector(tenantId, space, one.id)
    const similarity = vector === undefined ? undefined : index.similarity(tenantId, space, vector, [other.id]).get(other.id)
    if (similarity !== undefined) signs[space] = Math.min(1, Math.max(0, similarity))
  }
  return signs
}

/** One key or an alias decides; a name is weighed with the texts, where both have some. 0: not worth a question. */
function judged (signs: Signs): { score: number, reasons: Duplicate['reasons'] } {
  const texts = SPACES.flatMap((space) => signs[space] ?? [])
  const [text, name] = [texts.length === 0 ? null : Math.max(...texts), signs.name ?? 0]
  const reasons = Object.entries(signs).map(([sign, value]) => ({ sign: sign as Sign, value: rounded(value) }))
    .sort((a, b) => b.value - a.value || (a.sign < b.sign ? -1 : 1))
  return { score: rounded(scoreOf(signs, name, text)), reasons }
}

function scoreOf ({ key, alias }: Signs, name: number, text: number | null): number {
  if (key !== undefined || alias !== undefined) return 1
  if (text === null) return name >= NAME_ALONE ? name : 0
  if (text >= TEXT_LEAST) return name >= NAME_LEAST || text >= TEXT_ALONE ? Math.min(ALMOST, 1 - (1 - name) * (1 - text)) : 0
  return name >= NAME_ALONE && text >= TEXT_AGAINST ? (name + text) / 2 : 0
}

const rounded = (value: number) => Math.round(value * 1e4) / 1e4

/** The one that is described survives, else the one of which more is said. */
function duplicate (one: Node, other: Node, score: number, reasons: Duplicate['reasons']): Duplicate {
  const [into, from] = [one, other].sort((a, b) => Number(b.described) - Number(a.described) || b.facts - a.facts || (a.id < b.id ? -1 : 1)) as [Node, Node]
  const shown = ({ id, label, name, facts }: Node) => ({ id, kind: kindOf(label), name, facts })
  return { from: shown(from), into: shown(into), score, reasons }
}
