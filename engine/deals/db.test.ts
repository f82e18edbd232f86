import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { emptyDatabase } from '../../test/database.js'

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

function copyOfFiles (t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'teraffi-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  cpSync('models/postgres', folder, { recursive: true })
  return folder
}
