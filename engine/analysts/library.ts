import type { Actor } from '../../models/actor.js'
import type { LibraryQuery, QueryRequest, RowsAnswer } from '../../models/queries.js'
import { ALL, demand } from '../accounts/can.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import { problemWith, type Query } from '../graph/query.js'
import { checkDepth, inWords, ROWS_DEFAULT, TIMEOUT_MS_DEFAULT } from './cypher.js'

const FOLDER = 'analysts/'
/** What the server says itself: the tenant, and how many rows. */
const OURS = new Set(['tenantId', 'limit'])
const DAYS = ['now', 'asOf']

/** The queries of `cypher/analysts` by their names; all others belong to the engine, and nobody runs them from outside. */
export const analystQueries = (queries: Map<string, Query>): Map<string, Query> =>
  new Map([...queries].filter(([name]) => name.startsWith(FOLDER)).map(([name, query]) => [name.slice(FOLDER.length), query]))

/** What a query of the library asks of who runs it. */
export const takenBy = ({ takes }: Query) =>
  Object.fromEntries(Object.entries(takes).filter(([name]) => !OURS.has(name)).map(([name, { type }]) => [name, { type }]))

const KEPT = 1_000 // of each query, the latencies that were measured last
interface Runs { calls: number, failures: number, ms: number[] }
/** Hears of each run, for whoever measures. */
export type RunListener = (name: string, seconds: number, failed: boolean) => void

/** The library of analysts: listed with what was measured in this process, and run for the tenant of who asks. */
export function openLibrary (graph: Graph) {
  const queries = analystQueries(graph.queries)
  const runs = new Map<string, Runs>([...queries.keys()].map((name) => [name, { calls: 0, failures: 0, ms: [] }]))
  const listeners: RunListener[] = []

  function counted (name: string, ms: number, failed: boolean): void {
    const of = runs.get(name)!
    of.calls++
    of.failures += failed ? 1 : 0
    of.ms = [...of.ms, ms].slice(-KEPT)
    for (const hear of listeners) hear(name, ms / 1000, failed)
  }

  return {
    list: (actor: Actor): LibraryQuery[] => {
      demand(actor, 'cypher:read', ALL)
      return [...queries].map(([name, query]) => shown(name, query, runs.get(name)!))
    },
    run: async (actor: Actor, name: string, request: QueryRequest): Promise<RowsAnswer> => {
      demand(actor, 'cypher:read', ALL)
      const query = queries.get(name)
      if (query === undefined) throw new EngineError('not_found', `There is no query "${name}"; there are ${[...queries.keys()].join(', ')}.`)
      const started = performance.now()
      let failed = true
      try {
        const answer = await answerOf(graph, query, actor.tenantId, request)
        failed = false
        return { ...answer, meta: { ...answer.meta, tookMs: Math.round((performance.now() - started) * 10) / 10 } }
      } finally {
        counted(name, performance.now() - started, failed)
      }
    },
    onRun: (listener: RunListener) => { listeners.push(listener) }
  }
}

async function answerOf (graph: Graph, query: Query, tenantId: string, { params = {}, limit = ROWS_DEFAULT, timeoutMs = TIMEOUT_MS_DEFAULT }: QueryRequest) {
  checkDepth(params)
  const parameters = { ...daysOf(query), ...params, tenantId, limit: limit + 1 } // one more tells whether there are more
  const own = Object.keys(params).find((name) => OURS.has(name))
  if (own !== undefined) throw new EngineError('invalid_argument', own === 'limit' ? 'limit stands beside params, not in them.' : 'The tenant is that of who asks; leave tenantId out.')
  const problem = problemWith(query, parameters)
  if (problem !== null) throw new EngineError('invalid_argument', problem)
  const columns = Object.keys(query.returns)
  const { rows, truncated } = await inWords([], () => graph.explore(query.text, parameters, { rows: limit, timeoutMs }))
  return { data: { columns, rows: rows.map((row) => columns.map((column) => row[column])) }, meta: { limit, truncated } }
}

/** A day that is not said is today. */
const daysOf = ({ takes }: Query) => Object.fromEntries(DAYS.filter((name) => name in takes).map((name) => [name, new Date().toISOString().slice(0, 10)]))

function shown (name: string, query: Query, { calls, failures, ms }: Runs): LibraryQuery {
  const sorted = ms.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 10) / 10
  const { asks, about, returns, example } = query
  return { name, asks, about, takes: takenBy(query), returns, example, calls, failures, p50Ms: at(0.5), p95Ms: at(0.95) }
}
