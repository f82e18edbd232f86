import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { Umzug } from 'umzug'
import { EngineError } from '../errors.js'

/** The one door to Postgres. */
export interface Deals {
  pool: pg.Pool
  /** Runs the work in one transaction that sees and writes only what is the tenant's. */
  inTenant <T>(tenantId: string, work: (sql: Sql) => Promise<T>): Promise<T>
  /** Runs the work in one transaction of the owner, who sees all tenants: for the outbox. */
  asOwner <T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** Brings the tables up to date; returns the names of the files that were new. Any number of processes may do it at once. */
  migrate (folder?: string): Promise<string[]>
  ping (): Promise<void>
  /** Whether Postgres answered when it was last asked, some seconds ago at most while anyone wants to know. Waits for nothing. */
  health (): { degraded: boolean, reason: string | null }
  close (): Promise<void>
}

/** Runs one statement of a transaction; its parameters never become part of the text. */
export type Sql = <Row extends object = Record<string, unknown>>(text: string, parameters?: unknown[]) => Promise<Row[]>

const FOLDER = fileURLToPath(new URL('../../models/postgres/', import.meta.url))
const LOCK = 7_338_334 // any number, the same for all who migrate
const ASK_MS = 2_000 // how old news of it may be before it is asked again
const ANSWER_MS = 3_000 // how long Postgres may take to say that it is there

export function openDeals (databaseUrl: string): Deals {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    query_timeout: 35_000, // the other limit is Postgres's to keep, and one that hangs keeps none
    keepAlive: true
  })
  pool.on('error', () => {}) // an idle connection that breaks is replaced; without a listener it would end the process
  pool.on('connect', (client) => { client.on('error', () => {}) }) // one that breaks at work tells so by its query
  let reason: string | null = null
  let askedAt = -Infinity
  const noting = <T>(work: Promise<T>): Promise<T> => work.then(
    (done) => { reason = null; return done },
    (error) => {
      reason = error instanceof EngineError && error.code === 'unavailable' ? error.message : null
      throw error
    })
  const inTransaction = <T>(work: (sql: Sql) => Promise<T>) => noting(transaction(pool, work))
  const ping = () => noting(pool.query(soon('SELECT 1')).then(() => {}, expected))
  return {
    pool,
    inTenant: (tenantId, work) => inTransaction(async (sql) => {
      await sql("SELECT set_config('role', 'teraffi_desk', true), set_config('app.tenant_id', $1, true)", [tenantId])
      return work(sql)
    }),
    asOwner: inTransaction,
    migrate: (folder = FOLDER) => migrate(pool, folder),
    ping,
    health: () => {
      if (performance.now() - askedAt > ASK_MS) {
        askedAt = performance.now()
        ping().catch(() => {}) // who asks next hears of it
      }
      return { degraded: reason !== null, reason }
    },
    close: () => pool.end()
  }
}

/** What even a busy server does at once. */
const soon = (text: string): pg.QueryConfig & { query_timeout: number } => ({ text, query_timeout: ANSWER_MS })

async function transaction<T> (pool: pg.Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch(expected)
  let broken: Error | undefined
  try {
    await client.query(soon('BEGIN'))
    const done = await work(async (text, parameters) => (await client.query(text, parameters)).rows)
    await client.query('COMMIT')
    return done
  } catch (error) {
    await client.query(soon('ROLLBACK')).catch((lost: Error) => { broken = lost })
    return expected(error)
  } finally {
    client.release(broken)
  }
}

const NOT_TEXT = new Set(['22021', '22P05', '22P02', '22007', '22008'])
const NOT_THERE = /^(?:08|57P0|53300|E(?:CONN|PIPE|NOTFOUND|TIMEDOUT|HOSTUNREACH|AI_AGAIN))/

/** What may go wrong without anyone's mistake, in our words. A commit whose answer was lost may have happened: the idempotency key tells. */
function expected (error: unknown): never {
  const { code = '', message = '' } = error as { code?: string, message?: string }
  if (NOT_TEXT.has(code)) throw new EngineError('invalid_argument', 'A text or a date cannot be stored as it is: take out NUL characters, and check that the day exists.', [], { cause: error })
  if (NOT_THERE.test(code) || /^Connection terminated|timeout exceeded when trying to connect|^Query read timeout|Client has encountered a connection error/.test(message)) {
    throw new EngineError('unavailable', 'Postgres does not answer; try again shortly, with the same Idempotency-Key.', [], { cause: error })
  }
  throw error
}

async function migrate (pool: pg.Pool, folder: string): Promise<string[]> {
  const client = await pool.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    const steps = new Umzug({
      migrations: files(folder).map(({ name, sql, checksum }) => ({ name, up: () => apply(client, name, sql, checksum) })),
      storage: { executed: () => applied(client, folder), logMigration: async () => {}, unlogMigration: async () => {} },
      logger: undefined
    })
    const done = await steps.up().catch((error: Error) => { throw error.cause ?? error }) // umzug's own words would hide ours
    return done.map(({ name }) => name)
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]).finally(() => client.release())
  }
}

const files = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.sql')).sort().map((name) => {
  const sql = readFileSync(join(folder, name), 'utf8')
  return { name, sql, checksum: createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex') }
})

/** A file and the note that it ran are one transaction. */
async function apply (client: pg.ClientBase, name: string, sql: string, checksum: string): Promise<void> {
  try {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query('INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)', [name, checksum])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    if ((error as { code?: string }).code === NOT_ALLOWED) throw notAllowed(client, name, error as Error)
    throw error
  }
}

const NOT_ALLOWED = '42501'

function notAllowed ({ user, database }: pg.ClientBase & { user?: string, database?: string }, name: string, cause: Error): EngineError {
  return new EngineError('failed_precondition', `PostgreSQL does not let ${user} run ${name} (${cause.message}). The user of DATABASE_URL must own the database ` +
    'and be allowed to act as the role teraffi_desk. An administrator of PostgreSQL arranges both: ' +
    `ALTER DATABASE "${database}" OWNER TO "${user}"; CREATE ROLE teraffi_desk NOLOGIN; GRANT teraffi_desk TO "${user}";`, [], { cause })
}

async function applied (client: pg.ClientBase, folder: string): Promise<string[]> {
  const { rows: [table] } = await client.query("SELECT to_regclass('schema_migrations') IS NOT NULL AS there")
  if (!table.there) return []

  const { rows } = await client.query<{ name: string, checksum: string }>('SELECT name, checksum FROM schema_migrations ORDER BY name')
  const known = new Map(files(folder).map(({ name, checksum }) => [name, checksum]))
  for (const { name, checksum } of rows) {
    if (known.get(name) === checksum) continue
    throw new EngineError('failed_precondition', known.has(name)
      ? `${name} was changed after it had run on this database; put it back and write the change as a new file`
      : `The database has seen ${name}, which is not here: it belongs to a newer version of TERAFFI`)
  }
  return rows.map(({ name }) => name)
}
