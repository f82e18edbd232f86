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
