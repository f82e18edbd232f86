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
  /** Brings the tables up to date; returns the names of the files that were new. Any number of processes may do it at once. */
  migrate (folder?: string): Promise<string[]>
  ping (): Promise<void>
  close (): Promise<void>
}

const FOLDER = fileURLToPath(new URL('../../models/postgres/', import.meta.url))
const LOCK = 7_338_334 // any number, the same for all who migrate

export function openDeals (databaseUrl: string): Deals {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, connectionTimeoutMillis: 5_000, statement_timeout: 30_000 })
  pool.on('error', () => {}) // an idle connection that breaks is replaced; without a listener it would end the process
  return {
    pool,
    migrate: (folder = FOLDER) => migrate(pool, folder),
    ping: async () => { await pool.query('SELECT 1') },
    close: () => pool.end()
  }
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
    return (await steps.up()).map(({ name }) => name)
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
    throw error
  }
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
