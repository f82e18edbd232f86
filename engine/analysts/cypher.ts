import type { Actor } from '../../models/actor.js'
import type { CypherRequest, RowsAnswer } from '../../models/queries.js'
import { note } from '../accounts/audit.js'
import { ALL, demand } from '../accounts/can.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import { shortHash } from '../graph/schema.js'
import { compile, type Compiled } from './compile.js'
import { refusalsOf } from './wall.js'

export const ROWS_DEFAULT = 100
export const TIMEOUT_MS_DEFAULT = 10_000

const AT_ONCE = 4 // of one tenant in one process: so many long ones leave something of the store to others

export function openCypher (graph: Graph) {
  const running = new Map<string, number>()
  /** Runs a query that an analyst wrote: it only reads, of the actor's tenant, what everyone there may know. Each is noted, run or refused. */
  return async (actor: Actor, request: CypherRequest): Promise<RowsAnswer> => {
    demand(actor, 'cypher:read', ALL)
    const { tenantId } = actor
    const others = running.get(tenantId) ?? 0
    if (others >= AT_ONCE) throw new EngineError('resource_exhausted', `${others} queries by hand of your organisation run already; wait for one to end.`)
    running.set(tenantId, others + 1)
    try {
      return await noted(graph, actor, request)
    } finally {
      const left = running.get(tenantId)! - 1
      if (left > 0) running.set(tenantId, left)
      else running.delete(tenantId)
    }
  }
}

async function noted (graph: Graph, actor: Actor, request: CypherRequest): Promise<RowsAnswer> {
  const started = performance.now()
  try {
    const answer = await answerTo(graph, actor.tenantId, request)
    const tookMs = Math.round((performance.now() - started) * 10) / 10
    await noteQuery(graph, actor, request.query, { rows: answer.data.rows.length, tookMs })
    return { ...answer, meta: { ...answer.meta, tookMs } }
  } catch (error) {
    if (error instanceof EngineError && error.code !== 'unavailable') await noteQuery(graph, actor, request.query, { refused: error.message })
    throw error
  }
}

const DEPTH_MAX = 20

/** Values that are nested without end exhaust whoever walks through them. */
export function checkDepth (params: Record<string, unknown>): void {
  const deeper = (value: unknown, left: number): boolean =>
    typeof value === 'object' && value !== null && (left === 0 || Object.values(value).some((item) => deeper(item, left - 1)))
  if (deeper(params, DEPTH_MAX)) throw new EngineError('invalid_argument', `Parameters may be nested ${DEPTH_MAX} deep; make them flatter.`)
}

async function answerTo (graph: Graph, tenantId: string, { query, params = {}, limit = ROWS_DEFAULT, timeoutMs = TIMEOUT_MS_DEFAULT }: CypherRequest) {
  checkDepth(params)
  const compiled = compile(query, params)
  return inWords(compiled.called, async () => {
    const parameters = { ...compiled.parameters, tenantId }
    const { root, columns: made, writes } = await graph.explain(compiled.text, parameters)
    const refusals = [...writes ? ['the plan writes'] : [], ...refusalsOf(root)]
    if (refusals.length > 0) throw new EngineError('permission_denied', `The plan of this query is refused: ${refusals.join('; ')}.`)
    const columns = made.filter((column) => /^v\d+$/.test(column)) // RETURN * also gives what has no name
    const { rows, truncated } = await graph.explore(compiled.text, parameters, { rows: limit, timeoutMs })
    return {
      data: { columns: columns.map((column) => nameOf(compiled, column)), rows: rows.map((row) => columns.map((column) => row[column])) },
      meta: { limit, truncated }
    }
  })
}

const nameOf = ({ called }: Compiled, column: string) => called[Number(column.slice(1))] ?? column

/** What Neo4j says of a query that failed, as an expected failure, with the names that were written for those of the compiled one. */
export async function inWords<T> (called: string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string }
    const known = FAILURES.find(([codes]) => codes.test(code))
    if (known === undefined) throw error
    const [, kind, says] = known
    throw new EngineError(kind, says ?? `Neo4j does not take the query: ${worded(called, message)}`, [], { cause: error })
  }
}

type Known = [RegExp, 'invalid_argument' | 'deadline_exceeded' | 'resource_exhausted', string?]
const FAILURES: Known[] = [
  [/TransactionTimedOut|\.Terminated$|LockClientStopped/, 'deadline_exceeded', 'The query took longer than timeoutMs; ask for less of the graph, or begin at nodes that are known by their id.'],
  [/MemoryPoolOutOfMemory|MemoryLimit/, 'resource_exhausted', 'The query needs more memory than one may take; collect, sort and DISTINCT fewer rows.'],
  [/^Neo\.(?:ClientError\.|DatabaseError\.Statement\.|.*StackOverFlow)/, 'invalid_argument']
]

const worded = (called: string[], message: string) => message.split('\n')[0]!.replaceAll(/\bv(\d+)\b/g, (name, number: string) => called[Number(number)] ?? name).slice(0, 300)

async function noteQuery (graph: Graph, actor: Actor, query: string, outcome: object): Promise<void> {
  await graph.write((run) => note(run, actor, { entity: 'cypher', entityId: shortHash(query), action: 'run', before: null, after: { query: query.slice(0, 10_000), ...outcome } }, new Date().toISOString()))
}
