import neo4j, { type Node, type Path, type Relationship } from 'neo4j-driver'

/** Properties that nobody reads by hand: evidence holds what its authors keep to themselves beside what all may know. */
export const HIDDEN: ReadonlySet<string> = new Set(['evidence', 'visibleTo'])

/** A value of Neo4j as JSON: a node as its id, label and properties, a relationship as its fact, a path as both; moments as texts. */
export function plainValue (value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return unheardOf(value) ? String(value) : value
  return Array.isArray(value) ? value.map(plainValue) : plainObject(value)
}

/** Numbers that JSON does not know. */
const unheardOf = (value: unknown) => typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))

function plainObject (value: object): unknown {
  if (neo4j.isNode(value)) return plainNode(value)
  if (neo4j.isRelationship(value)) return plainFact(value)
  if (neo4j.isPath(value)) return plainPath(value)
  if (TEXTS.some((is) => is(value))) return String(value)
  return plainEntries(value)
}

const TEXTS = [
  neo4j.isDate, neo4j.isDateTime, neo4j.isLocalDateTime, neo4j.isTime, neo4j.isLocalTime, neo4j.isDuration, neo4j.isPoint, neo4j.isInt
] as ((value: object) => boolean)[]

const plainNode = ({ labels, properties: { id, ...properties } }: Node) =>
  ({ id, label: labels.find((label) => label !== 'Entity') ?? 'Entity', properties: plainEntries(properties) })

const plainFact = ({ type, properties: { factId, ...properties } }: Relationship) => ({ id: factId, type, properties: plainEntries(properties) })

/** Ids of nodes and facts in turn, as in the path of a reason, then both in full. */
function plainPath ({ start, segments }: Path) {
  const nodes = [start, ...segments.map(({ end }) => end)]
  return { nodes: nodes.map(plainNode), facts: segments.map(({ relationship }) => plainFact(relationship)) }
}

function plainEntries (entries: object): object {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !HIDDEN.has(name)).map(([name, value]) => [name, plainValue(value)]))
}
