import type { Actor } from '../../models/actor.js'
import type { GraphSchema } from '../../models/queries.js'
import { VOCABULARY, type Relation } from '../../models/vocabulary.js'
import { ALL, demand } from '../accounts/can.js'
import type { Graph } from '../graph/graph.js'
import { HIDDEN } from '../graph/values.js'

type Labels = GraphSchema['labels'][number]
type Relations = Omit<GraphSchema['relations'][number], 'says'> & { relation: Relation }

/** What the graph of the actor's tenant is made of: labels, relationship types, properties with their types, how many of each, an example. */
export async function graphSchema (graph: Graph, actor: Actor): Promise<GraphSchema> {
  demand(actor, 'cypher:read', ALL)
  const parameters = { tenantId: actor.tenantId, hidden: [...HIDDEN] }
  const [labels, relations] = await Promise.all([graph.read<Labels>('graph/labels', parameters), graph.read<Relations>('graph/relations', parameters)])
  return {
    labels: labels.map(typed),
    relations: relations.map((one) => ({ ...typed(one), says: VOCABULARY[one.relation].says, between: one.between.toSorted() }))
  }
}

/** `STRING NOT NULL` as `STRING`. */
const typed = <T extends { properties: { types: string[] }[] }> (one: T): T =>
  ({ ...one, properties: one.properties.map((property) => ({ ...property, types: property.types.map((type) => type.replaceAll(' NOT NULL', '')).sort() })) })

/** The same as a page. */
export const schemaPage = ({ labels, relations }: GraphSchema): string => [
  ...labels.flatMap((one) => [`### ${one.label}`, '', `${one.count} nodes, such as \`${one.example}\`.`, '', ...propertyTable(one)]),
  ...relations.flatMap((one) =>
    [`### ${one.relation}`, '', `“${one.says}”: ${one.count} facts, ${one.between.join(', ')}. Such as \`${one.example}\`.`, '', ...propertyTable(one)])
].join('\n')

const propertyTable = ({ properties }: Pick<Labels, 'properties'>): string[] =>
  ['| property | type | on how many |', '|---|---|---|', ...properties.map(({ name, types, count }) => `| \`${name}\` | ${types.join(', ')} | ${count} |`), '']
