import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import neo4j, { type Driver, type ManagedTransaction, type Session } from 'neo4j-driver'
import { EngineError } from '../errors.js'
import { CHANGES_KEPT, SAID_MAX, watchChanges, type Change, type ChangeListener } from './changes.js'
import { placeOf } from './documents.js'
import { loadQueries, problemWith, type Query } from './query.js'
import { plainValue } from './values.js'
import { turnsOfEach } from '../turns.js'

export type Row = Record<string, unknown>
export type Parameters = Record<string, unknown>
/** Runs one named query of `cypher/`, its parameters checked against its header. */
export type Run = <T extends object = Row>(name: string, parameters: Parameters) => Promise<T[]>

export interface Plan { operatorType: string, arguments: Record<string, unknown>, children: Plan[] }
export interface Explained { columns: string[], writes: boolean, root: Plan }
/** Bounds of a query that was not written here. */
export interface Bounds { rows: number, timeoutMs: number }

/** Whatever answers the named queries that only read: Neo4j, or for some of them the projection. */
export interface Reads { read: Run }

/** The one door to Neo4j. */
export interface Graph extends Reads {
  /** Runs the work in one transaction; it is repeated when Neo4j asks for it, so it must only write through `run`. */
  write: <T>(work: (run: Run) => Promise<T>) => Promise<T>
  /** The same for work that begins with the tenant's lock: who would wait for it in Neo4j, one after the other and in no order, waits here. */
  inTurn: <T>(tenantId: string, work: (run: Run) => Promise<T>) => Promise<T>
  /** Hears of every committed write that a tenant's graph counts. A write is acknowledged when all who listen have taken it in. */
  onChange: (listener: ChangeListener) => void
  /** Runs statements that define the schema, each in a transaction of its own. */
  define: (statements: string[]) => Promise<void>
  /** The plan of a query without running it, for the test that holds files to their headers. */
  plan: (name: string) => Promise<Explained>
  /** The same of a query that was not written here, and the query itself: it only reads, and is told to stop at either bound. */
  explain: (text: string, parameters: Parameters) => Promise<Explained>
  explore: (text: string, parameters: Parameters, bounds: Bounds) => Promise<Browsed>
  queries: Map<string, Query>
  /** For the GraphQL library, which wants the driver itself, and nobody else. */
  driver: Driver
  ping: () => Promise<void>
  close: () => Promise<void>
}

const READING = { timeout: 30_000 }

export function openGraph ({ uri, user, password }: { uri: string, user: string, password: string }): Graph {
  const driver = neo4j.driver(uri, neo4j.auth.basic(user, password), {
    disableLosslessIntegers: true,
    connectionTimeout: 3_000,
    connectionAcquisitionTimeout: 5_000,
    maxTransactionRetryTime: 10_000
  })
  const queries = loadQueries()
  const listeners: ChangeListener[] = []
  const inTurn = turnsOfEach()

  const runIn = (within: ManagedTransaction | Session, settings?: typeof READING): Run => async <T extends object>(name: string, parameters: Parameters) => {
    const query = find(queries, name)
    assert.equal(problemWith(query, parameters), null)
    const result = await within.run(query.text, sendable(query, parameters), settings)
    return result.records.map((record) => record.toObject() as T)
  }

  const commit = <T>(work: (run: Run) => Promise<T>) =>
    inSession(driver, 'WRITE', (session) => session.executeWrite((tx) => watched(runIn(tx), work), { timeout: 120_000 }))

  async function acknowledged<T> ({ done, noted }: Committed<T>): Promise<T> {
    if (noted !== null) await Promise.all(listeners.map((hear) => hear(noted.tenantId, noted.change)))
    return done
  }

  return {
    queries,
    driver,
    read: (name, parameters) => inSession(driver, 'READ', async (session) => {
      try {
        return await runIn(session, READING)(name, parameters) // one round trip, where a transaction takes three
      } catch (error) {
        if (!neo4j.isRetryableError(error)) throw error
        return await session.executeRead((tx) => runIn(tx)(name, parameters), READING)
      }
    }),
    write: async (work) => acknowledged(await commit(work)),
    inTurn: async (tenantId, work) => acknowledged(await inTurn(tenantId, () => commit(work))),
    onChange: (listener) => { listeners.push(listener) },
    define: (statements) => inSession(driver, 'WRITE', async (session) => {
      for (const statement of statements) await session.run(statement)
    }),
    plan: (name) => inSession(driver, 'WRITE', (session) => explained(session, find(queries, name).text)),
    explain: (text, parameters) => inSession(driver, 'READ', (session) => explained(session, text, wholes(parameters))),
    explore: (text, parameters, bounds) =>
      Promise.race([inSession(driver, 'READ', (session) => browse(session, text, parameters, bounds), { fetchSize: ROWS_AHEAD }), late(bounds)]),
    ping: () => inSession(driver, 'READ', async (session) => { await session.run('RETURN 1') }),
    close: () => driver.close()
  }
}

async function explained (session: Session, text: string, parameters: Parameters = {}): Promise<Explained> {
  const result = session.run(`EXPLAIN ${text}`, parameters, READING)
  const [columns, { summary }] = [await result.keys(), await result]
  return { columns: columns as string[], writes: summary.queryType !== 'r', root: summary.plan as Plan }
}

const ROWS_AHEAD = 10 // rows of a query by hand may be large, and the driver holds so many
const ANSWER_MAX = 32_000_000

interface Browsed { rows: Row[], truncated: boolean }

async function browse (session: Session, text: string, parameters: Parameters, { rows: most, timeoutMs }: Bounds): Promise<Browsed> {
  const rows: Row[] = []
  let letters = 0
  for await (const record of session.run(text, wholes(parameters), { timeout: timeoutMs })) {
    if (rows.length === most) return { rows, truncated: true } // leaving the loop tells Neo4j to stop
    const row = plainValue(record.toObject()) as Row
    letters += JSON.stringify(row).length
    if (letters > ANSWER_MAX) throw new EngineError('resource_exhausted', `The answer is longer than ${ANSWER_MAX / 1e6} MB; ask for fewer rows, or for less in each.`)
    rows.push(row)
  }
  return { rows, truncated: false }
}

/** Neo4j looks at the clock between rows, and every second or so; who asks does not wait for it without end. */
async function late ({ timeoutMs }: Bounds): Promise<never> {
  await sleep(timeoutMs + GRACE_MS, null, { ref: false })
  throw new EngineError('deadline_exceeded', 'Neo4j did not stop in time; ask for less of the graph.')
}
const GRACE_MS = 5_000

/** Of parameters that no header describes, whole numbers are integers. */
function wholes<T> (value: T): T {
  if (Number.isSafeInteger(value)) return neo4j.int(value as number) as T
  if (Array.isArray(value)) return value.map(wholes) as T
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wholes(item)])) as T : value
}

interface Committed<T> { done: T, noted: { tenantId: string, change: Change } | null }

/** Does the work, and notes in the same transaction what it touched. */
async function watched<T> (run: Run, work: (run: Run) => Promise<T>): Promise<Committed<T>> {
  const watch = watchChanges()
  const done = await work(async <R extends object>(name: string, parameters: Parameters) => {
    const rows = await run<R>(name, parameters)
    watch.ran(name, parameters, rows)
    return rows
  })
  const touched = watch.change()
  if (touched === null) return { done, noted: null }
  const { tenantId, change } = touched
  const noted = { tenantId, change: { ...change, said: await saidBy(run, tenantId, change.facts) } }
  await run('graph/log-change', { tenantId, ...noted.change, kept: CHANGES_KEPT })
  return { done, noted }
}

/** What a few facts say, as JSON; '' of many. */
async function saidBy (run: Run, tenantId: string, facts: string[]): Promise<string> {
  if (facts.length > SAID_MAX) return ''
  return facts.length === 0 ? '[]' : JSON.stringify(await run('projection/some-facts', { tenantId, facts: facts.map(placeOf) }))
}

function find (queries: Map<string, Query>, name: string): Query {
  const query = queries.get(name)
  if (query === undefined) throw new EngineError('not_found', `There is no query "${name}"; the library has ${[...queries.keys()].join(', ')}.`)
  return query
}

async function inSession<T> (driver: Driver, mode: 'READ' | 'WRITE', work: (session: Session) => Promise<T>, more: { fetchSize?: number } = {}): Promise<T> {
  const session = driver.session({ defaultAccessMode: mode, ...more })
  try {
    return await work(session)
  } catch (error) {
    throw isUnavailable(error) ? new EngineError('unavailable', 'Neo4j does not answer; try again shortly.', [], { cause: error }) : error
  } finally {
    await session.close()
  }
}

const UNAVAILABLE = new Set(['ServiceUnavailable', 'SessionExpired', 'Neo.TransientError.General.DatabaseUnavailable', 'Neo.TransientError.Database.DatabaseUnavailable'])
const isUnavailable = (error: unknown) => UNAVAILABLE.has((error as { code?: string }).code ?? '') ||
  /acquisition timed out|Pool is closed/.test((error as Error).message)

/** Numbers that the header calls integers travel as integers; Neo4j takes all others for floats. */
function sendable (query: Query, parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => {
    const { type, integers } = query.takes[name]!
    return [name, type === 'integer' ? neo4j.int(value as number) : integers.length > 0 ? deepIntegers(value, new Set(integers)) : value]
  }))
}

function deepIntegers (value: unknown, keys: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => deepIntegers(item, keys))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) =>
    [key, keys.has(key) && Number.isInteger(item) ? neo4j.int(item as number) : deepIntegers(item, keys)]))
}
