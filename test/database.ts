import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { loadConfig } from '../engine/config.js'
import { openDeals, type Deals } from '../engine/deals/db.js'
import { openStores } from '../engine/stores.js'
import { testConfig } from './world.js'

/** An empty database of its own, on the server that the test run keeps up. */
export async function emptyDatabase (t: Test): Promise<Deals & { url: string }> {
  const stores = await openStores(loadConfig(testConfig()))
  const name = `test_${randomBytes(8).toString('hex')}`
  const main = openDeals(stores.databaseUrl)
  await main.pool.query(`CREATE DATABASE ${name}`)
  const url = new URL(stores.databaseUrl)
  url.pathname = name
  const db = openDeals(url.href)
  t.teardown(async () => {
    await db.close()
    await main.pool.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await main.close()
    await stores.close()
  })
  return { ...db, url: url.href }
}

/** A role of that kind, which may log in, and an empty database that it owns, on a server where `admin` may make both. */
export async function ownedDatabase (t: Test, admin: Deals, databaseUrl: string, kind: string): Promise<Deals & { role: string }> {
  const [role, password] = [`owner_${randomBytes(8).toString('hex')}`, randomBytes(12).toString('hex')]
  await admin.pool.query(`CREATE ROLE ${role} LOGIN ${kind} PASSWORD '${password}'`)
  await admin.pool.query(`GRANT ${role} TO current_user`)
  await admin.pool.query(`CREATE DATABASE ${role} OWNER ${role}`)
  const db = openDeals(Object.assign(new URL(databaseUrl), { pathname: role, username: role, password }).href)
  t.teardown(async () => {
    await db.close()
    await admin.pool.query(`DROP DATABASE ${role} WITH (FORCE)`)
    await admin.pool.query(`DROP ROLE ${role}`)
  })
  return { ...db, role }
}
