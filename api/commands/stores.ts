import { join } from 'node:path'
import { loadConfig, type Config } from '../../engine/config.js'
import { findProcess } from '../../engine/embedded/process.js'
import { openStores, stopStores } from '../../engine/stores.js'
import { table } from '../terminal.js'
import { print, tell, withEngine } from './open.js'

/** Keeps the managed stores up between commands, so that each of them starts in a second. */
export async function stores (what: 'up' | 'down' | 'status'): Promise<void> {
  const config = loadConfig()
  if (what === 'up') await openStores(config, { log: tell }) // and not closed: they outlive us
  if (what === 'down') await stopStores(config)
  print(table(await running(config)))
}

/** What the engine says of its stores; this starts those that are down. */
export async function status (): Promise<void> {
  await withEngine(async (engine) => {
    const { ready, stores, embedder, degraded } = await engine.status()
    print(table(Object.entries(stores).map(([store, { ok, detail }]) => ({ store, state: ok ? 'ok' : 'down', detail }))))
    print(`embedder  ${embedder}`)
    for (const reason of degraded) print(`degraded  ${reason}`)
    if (!ready) process.exitCode = 1
  })
}

/** The managed children of our data folder, which their command lines name. */
async function running ({ dataDir, neo4j, databaseUrl }: Config) {
  const child = async (folder: string) => {
    const pid = await findProcess(join(dataDir, folder))
    return pid === null ? 'down' : `up, process ${pid}`
  }
  return [
    { store: 'neo4j', state: neo4j === null ? await child('neo4j/home') : `given, ${neo4j.uri}` },
    { store: 'postgres', state: databaseUrl === null ? await child('postgres/data') : 'given by DATABASE_URL' }
  ]
}
