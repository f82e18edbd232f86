import type { Config } from './config.js'
import { dockerAnswers, startContainer } from './embedded/docker.js'
import { findNeo4j, missingForNeo4j, startNeo4j, stopNeo4j } from './embedded/neo4j.js'
import { findPostgres, postgresPackage, startPostgres, stopPostgres } from './embedded/postgres.js'
import { EngineError } from './errors.js'

/** Where the stores are, whoever runs them. */
export interface Stores {
  neo4j: { uri: string, user: string, password: string }
  databaseUrl: string
  /** Who runs them, for the log and `teraffi status`. */
  runners: { neo4j: Runner, postgres: Runner }
  /** Stops what `openStores` started; what ran before goes on. */
  close (): Promise<void>
}

/** `given`: named in the settings; `adopted`: ran already on our data folder. */
export interface Runner { by: 'given' | 'child' | 'docker', adopted: boolean, pid: number | null }

interface Opened<Address> { address: Address, runner: Runner, stop (): Promise<void> }
type Log = (message: string) => void

const GIVEN: Runner = { by: 'given', adopted: true, pid: null }

/** Finds, adopts or starts Neo4j and Postgres, both at once. */
export async function openStores (config: Config, { log = () => {} }: { log?: Log } = {}): Promise<Stores> {
  const opening = await Promise.allSettled([openNeo4j(config, log), openPostgres(config, log)])
  const close = async () => {
    await Promise.all(opening.map(async (one) => { if (one.status === 'fulfilled') await one.value.stop() }))
  }
  const [neo4j, postgres] = opening
  if (neo4j.status === 'rejected' || postgres.status === 'rejected') {
    await close()
    throw [neo4j, postgres].find((one) => one.status === 'rejected')!.reason
  }
  return {
    neo4j: neo4j.value.address,
    databaseUrl: postgres.value.address,
    runners: { neo4j: neo4j.value.runner, postgres: postgres.value.runner },
    close
  }
}

/** Stops the managed children of a data folder, whoever started them. */
export async function stopStores ({ dataDir }: Config): Promise<void> {
  await Promise.all([stopNeo4j(dataDir), stopPostgres(dataDir)])
}

/** Does a managed child run on the data folder? */
export async function storesRun ({ dataDir }: Config): Promise<boolean> {
  return await findNeo4j(dataDir) !== null || await findPostgres(dataDir) !== null
}

async function openNeo4j (config: Config, log: Log): Promise<Opened<Stores['neo4j']>> {
  if (config.neo4j !== null) return { address: config.neo4j, runner: GIVEN, stop: async () => {} }

  const missing = await missingForNeo4j()
  if (missing === null) {
    const server = await startNeo4j(config.dataDir, { heapMb: config.neo4jHeapMb, pageCacheMb: config.neo4jPageCacheMb, log })
    const { uri, user, password } = server
    return { address: { uri, user, password }, runner: child(server), stop: server.stop }
  }
  if (await dockerAnswers()) {
    log(`${missing}; Neo4j comes up in Docker …`)
    const { address, password, adopted, stop } = await startContainer(config.dataDir, 'neo4j', 7687)
    return { address: { uri: `bolt://${address}`, user: 'neo4j', password }, runner: { by: 'docker', adopted, pid: null }, stop }
  }
  throw new EngineError('failed_precondition', `${missing} and no Docker engine answers: install Java 17 with Maven ` +
    '(apt install openjdk-17-jre-headless maven), or start Docker, or set NEO4J_URI to a running Neo4j 5.')
}

async function openPostgres (config: Config, log: Log): Promise<Opened<string>> {
  if (config.databaseUrl !== null) return { address: config.databaseUrl, runner: GIVEN, stop: async () => {} }

  if (await postgresPackage() !== null) {
    const server = await startPostgres(config.dataDir)
    return { address: server.connectionString, runner: child(server), stop: server.stop }
  }
  if (await dockerAnswers()) {
    log('npm brought no PostgreSQL for this machine; it comes up in Docker …')
    const { address, password, adopted, stop } = await startContainer(config.dataDir, 'postgres', 5432)
    return { address: `postgres://teraffi:${password}@${address}/teraffi`, runner: { by: 'docker', adopted, pid: null }, stop }
  }
  throw new EngineError('failed_precondition', 'npm brought no PostgreSQL for this machine and no Docker engine answers: ' +
    'start Docker, or set DATABASE_URL to a running PostgreSQL.')
}

const child = ({ adopted, pid }: { adopted: boolean, pid: number }): Runner => ({ by: 'child', adopted, pid })
