import { readdirSync } from 'node:fs'
import t from 'tap'
import { refusalsOf } from '../engine/analysts/wall.js'
import type { Plan } from '../engine/graph/graph.js'
import { world } from './world.js'

const SCANS = /AllNodesScan|NodeByLabelScan|AllRelationshipsScan|RelationshipTypeScan/

t.test('every Cypher file keeps the contract of its header', async (t) => {
  const { graph } = await world(t, ...Array.from({ length: 300 }, (_, at) => `m${at} SEEKS t${at % 17}`)) // an empty store is scanned, for what it costs
  const files = readdirSync('cypher', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.cypher') && !file.startsWith('schema'))
  t.equal(graph.queries.size, files.length)

  for (const [name, query] of graph.queries) {
    t.ok(query.about.endsWith('.') || query.about.length > 20, `${name} says what it is about`)
    t.ok(query.text.includes('\n// :param {'), `${name} can be pasted`)
    const plan = await graph.plan(name)
    t.strictSame(plan.columns.sort(), Object.keys(query.returns).sort(), `${name} returns what it says`)
    t.strictSame(operators(plan.root).filter((operator) => SCANS.test(operator)), [], `${name} scans nothing`)
    t.notOk(crosses(plan.root), `${name} crosses nothing but single rows`)
    t.equal(plan.writes, query.writes, `${name} ${query.writes ? 'writes' : 'only reads'}, as it says`)
    for (const index of query.seeks) t.ok(seeks(plan.root, index), `${name} seeks ${index}`)
    t.notMatch(query.text, /\b(?:apoc|gds)\.|\bLOAD CSV\b/i, `${name} needs no plug-in`)
    if (name.startsWith('analysts/')) {
      t.strictSame(refusalsOf(plan.root), [], `${name} could be asked by hand`)
      t.match(query, { asks: /\?$/, writes: false, takes: { limit: { type: 'integer' } } }, `${name} belongs to a question, and ends`)
    }
    if (!query.writes && !BEFORE_TENANT.has(name)) t.ok('tenantId' in query.takes, `${name} is for one tenant`)
    if (!name.startsWith('accounts/')) t.notMatch(query.text, /\b_(?:Account|RefreshToken|Organization|Document|Project|Role|Flag|AuditEntry)\b/, `${name} knows nothing of accounts`)
  }
})

/** What finds out whose tenant it is: by address, or by a token that only its holder knows. */
const BEFORE_TENANT = new Set(['by-email', 'by-id', 'session', 'family'].map((name) => `accounts/${name}`))

const operators = (plan: Plan): string[] => [plan.operatorType, ...plan.children.flatMap(operators)]

/** Whether two sets are crossed that may be large; two nodes sought by their ids are not. */
const crosses = (plan: Plan): boolean => plan.children.some(crosses) ||
  (/CartesianProduct/.test(plan.operatorType) && !plan.children.every((child) => /NodeUniqueIndexSeek|Argument/.test(leaf(child).operatorType)))
const leaf = (plan: Plan): Plan => plan.children[0] === undefined ? plan : leaf(plan.children[0])

/** Whether the plan looks nodes up by the named index: `Entity(tenantId, id)`. */
function seeks (plan: Plan, index: string): boolean {
  const details = String(plan.arguments.Details ?? '')
  return (/IndexSeek/.test(plan.operatorType) && details.includes(`:${index}`)) || plan.children.some((child) => seeks(child, index))
}
