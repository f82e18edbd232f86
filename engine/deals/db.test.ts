import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { emptyDatabase, ownedDatabase } from '../../test/database.js'
import { startPostgres } from '../embedded/postgres.js'
import type { EngineError } from '../errors.js'
import { openDeals, type Deals, type Sql } from './db.js'

const FILES = readdirSync('models/postgres').sort()

t.test('brings an empty database up to date, once', async (t) => {
  const db = await emptyDatabase(t)
  t.strictSame(await db.migrate(), FILES)
  t.strictSame(await db.migrate(), [])
  const { rows } = await db.pool.query('SELECT name FROM schema_migrations ORDER BY name')
  t.strictSame(rows.map(({ name }) => name), FILES)
})

t.test('several at once do it once', async (t) => {
  const db = await emptyDatabase(t)
  const done = await Promise.all(Array.from({ length: 5 }, () => db.migrate()))
  t.strictSame(done.flat(), FILES)
})

t.test('a file that fails leaves nothing of itself, and runs when it is mended', async (t) => {
  const db = await emptyDatabase(t)
  const folder = copyOfFiles(t)
  writeFileSync(join(folder, '900-more.sql'), 'CREATE TABLE half (n int); SELECT no_such_function();')
  await t.rejects(db.migrate(folder))
  t.equal((await db.pool.query("SELECT to_regclass('half') AS half")).rows[0].half, null)

  writeFileSync(join(folder, '900-more.sql'), 'CREATE TABLE half (n int);')
  t.strictSame(await db.migrate(folder), ['900-more.sql'])
})

t.test('a file that was changed after it ran is refused, and one that is not here', async (t) => {
  const db = await emptyDatabase(t)
  const folder = copyOfFiles(t)
  writeFileSync(join(folder, '900-more.sql'), 'CREATE TABLE more (n int);')
  await db.migrate(folder)
  writeFileSync(join(folder, '900-more.sql'), 'CREATE TABLE more (n bigint);')
  await t.rejects(db.migrate(folder), { code: 'failed_precondition', message: /^900-more.sql was changed/ })
  rmSync(join(folder, '900-more.sql'))
  await t.rejects(db.migrate(folder), { code: 'failed_precondition', message: /newer version/ })
})

t.test('B-02 the database may belong to an ordinary role: it is told what it lacks, and then row-level security holds', async (t) => {
  const admin = await emptyDatabase(t)
  await admin.migrate()
  const db = await ownedDatabase(t, admin, admin.url, '')
  const refusal = await db.migrate().then(() => null, (error: EngineError) => error)
  t.match(refusal, { code: 'failed_precondition', message: `PostgreSQL does not let ${db.role} run 002-deals.sql` })
  const [, grant = ''] = /(GRANT teraffi_desk TO [^;]+);$/.exec(refusal!.message) ?? []
  await admin.pool.query(grant)
  t.strictSame(await db.migrate(), FILES.slice(1), 'it does as it was told, and goes on where it stopped')
  await tenantsApart(t, db)
})

t.test('B-02 an ordinary role that may make roles needs nobody else, on a server that knows nothing of us yet', async (t) => {
  const dataDir = resolve('.data', `test-owner-${process.pid}`)
  const server = await startPostgres(dataDir)
  const admin = openDeals(server.connectionString)
  t.teardown(async () => {
    await admin.close()
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const db = await ownedDatabase(t, admin, server.connectionString, 'CREATEROLE')
  t.strictSame(await db.migrate(), FILES)
  await tenantsApart(t, db)
})

async function tenantsApart (t: Test, db: Deals): Promise<void> {
  const add = (tenantId: string, owner = tenantId) => db.inTenant(tenantId, (sql) =>
    sql("INSERT INTO partnerships (tenant_id, title, currency, commission_rate_ppm, created_by) VALUES ($1, 'x', 'EUR', 0, 'member:ada')", [owner]))
  await add('a')
  await add('b')
  const seen = (sql: Sql) => sql<{ tenant_id: string }>('SELECT tenant_id FROM partnerships ORDER BY 1')
  t.strictSame(await db.inTenant('a', seen), [{ tenant_id: 'a' }])
  t.strictSame(await db.inTenant('', seen), [])
  t.strictSame((await db.asOwner(seen)).map((row) => row.tenant_id), ['a', 'b'], 'the outbox sees all')
  await t.rejects(add('a', 'b'), /row-level security/)
}

function copyOfFiles (t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'teraffi-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  cpSync('models/postgres', folder, { recursive: true })
  return folder
}
