import { createHash } from 'node:crypto'
import type { ExportFormat } from '../../models/imports.js'
import { exported, type Exported } from '../graph/export.js'
import type { Reads } from '../graph/graph.js'
import { entityIri, EVIDENCE, EXPORT_MARK, factIri, JSON_TYPE, literal, NODE, relationIri } from './iri.js'

/**
 * A tenant's nodes and evidence as lines, each with its end, in one order that only what is said determines. Both forms can be imported again
 * and make the same graph; N-Triples also hold each fact as a triple, for readers that know nothing of us. Evidence loses the import that
 * brought it, since it will be of the import that brings it anew.
 */
export async function * exportTenant (graph: Reads, tenantId: string, format: ExportFormat): AsyncGenerator<string> {
  if (format === 'ntriples') yield `${EXPORT_MARK}\n`
  for await (const one of exported(graph, tenantId)) yield format === 'ntriples' ? asTriples(one) : asJson(one)
}

function asJson ({ node, fact }: Exported): string {
  if (fact === undefined) return `${JSON.stringify({ node })}\n`
  return fact.evidence.map((one) => `${JSON.stringify(one)}\n`).join('')
}

function asTriples ({ node, fact }: Exported): string {
  if (fact === undefined) return triple(entityIri(node.id), NODE, json({ node }))
  const { factId, subject, relation, object, evidence } = fact
  return triple(entityIri(subject), relationIri(relation), `<${entityIri(object)}>`) + evidence.map((one) => triple(factIri(factId), EVIDENCE, json(one))).join('')
}

const triple = (subject: string, predicate: string, object: string) => `<${subject}> <${predicate}> ${object} .\n`
const json = (value: object) => `"${literal(JSON.stringify(value))}"^^<${JSON_TYPE}>`

/** `times` false: without when statements were written down, so that two runs of one import are the same. */
export interface HashOptions { times?: boolean }

/**
 * The SHA-256 of all that a tenant's nodes and facts say, and of what is stored beside since it follows from it (keys, weights, who may see it),
 * in the order of the export. Left out are the tenant, what counts writes, and the imports by which statements came: 64 hexadecimal digits.
 */
export async function graphHash (graph: Reads, tenantId: string, { times = true }: HashOptions = {}): Promise<string> {
  const hash = createHash('sha256')
  for await (const one of exported(graph, tenantId)) hash.update(JSON.stringify(times ? one : timeless(one)) + '\n')
  return hash.digest('hex')
}

function timeless (one: Exported): object {
  if (one.fact === undefined) return one
  const evidence = one.fact.evidence.map(({ recordedAt, ...said }) => said)
  return { ...one, fact: { ...one.fact, evidence }, derived: (one.derived as [string, unknown][]).filter(([name]) => name !== 'observedAt') }
}
