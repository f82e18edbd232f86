import { join } from 'node:path'
import { loadConfig, type Config } from '../../engine/config.js'
import { atWork, findProcess, noteAtWork } from '../../engine/embedded/process.js'
import { EngineError } from '../../engine/errors.js'
import { openStores, stopStores } from '../../engine/stores.js'
import { table } from '../terminal.js'
import { print, tell, withEngine } from './open.js'

/** Keeps the managed stores up between commands, so that each of them starts in a second. */
export async function stores (what: 'up' | 'down' | 'status'): Promise<void> {
  const config = loadConfig()
  if (what === 'up') await openStores(config, { log: tell }) // and not closed: they outlive us
  if (what === 'down') {
    await checkUnused(config)
    await stopStores(config)
  }
  print(table(await running(config)))
}

const SERVING = 'serving'

/** A server says in the data folder that it uses the stores; returns how it says that it no longer does. */
export const noteServing = ({ dataDir }: Config) => noteAtWork(join(dataDir, SERVING))

export async function checkUnused ({ dataDir }: Config): Promise<void> {
  const servers = await atWork(join(dataDir, SERVING))
  if (servers.length === 0) return
  throw new EngineError('failed_precondition', `A server uses the stores (process ${servers.join(', ')}); stop it first, with Ctrl-C where it runs.`)
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
