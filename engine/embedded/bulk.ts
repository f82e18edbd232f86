import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import neo4j from 'neo4j-driver'
import { surroundings } from '../config.js'
import { EngineError } from '../errors.js'
import { defaultJarsDir, findNeo4j, folder, java, type Neo4jServer } from './neo4j.js'

/** Neo4j's own loader, which makes a store while no server runs on it. */

/** Files with their headers. Fields are parted by U+001E, items of lists by U+001F, nothing is quoted; ids of nodes count from 0. */
export interface BulkFiles { nodes: string[], relationships: string[] }

const FIELDS = ['--delimiter=U+001E', '--array-delimiter=U+001F', '--quote=U+0002', '--id-type=actual']
/** How the loader is run; the benchmark runs the bare one alike. */
export const LOADER = ['--overwrite-destination', '--bad-tolerance=0', '--skip-bad-relationships=false', '--skip-duplicate-nodes=false', `--threads=${cpus().length}`]

const MARK = 'loading' // there while a store is made: what is half made is nobody's

/** Makes the database `neo4j` of a data folder from files; what it held is gone. Accounts of Neo4j itself stay. */
export async function bulkLoad (dataDir: string, files: BulkFiles, heapMb: number): Promise<void> {
  if (await findNeo4j(dataDir) !== null) throw new EngineError('failed_precondition', `Neo4j runs on ${dataDir}; it must be stopped while its store is made.`)
  await writeFile(markOf(dataDir), '')
  await runLoader(dataDir, [
    ...LOADER, ...FIELDS, ...files.nodes.map((file) => `--nodes=${file}`), ...files.relationships.map((file) => `--relationships=${file}`)
  ], heapMb)
}

/** Whether a load was cut off before all that belongs to it was in, so that the store is only half made. */
export const isHalfLoaded = (dataDir: string) => existsSync(markOf(dataDir))
export const loadIsDone = (dataDir: string) => rm(markOf(dataDir))
const markOf = (dataDir: string) => join(folder(dataDir), MARK)

/** Runs the loader of the managed Neo4j's jars on a data folder. */
export async function runLoader (dataDir: string, options: string[], heapMb: number): Promise<void> {
  const home = join(folder(dataDir), 'home')
  await mkdir(join(home, 'conf'), { recursive: true })
  const reports = join(folder(dataDir), 'loader.report')
  const child = spawn(java(), [
    '-XX:+UseParallelGC', `-Xmx${heapMb}m`, '-cp', join(await defaultJarsDir(), '*'), 'org.neo4j.cli.AdminTool', 'database', 'import', 'full', 'neo4j', `--report-file=${reports}`, ...options
  ], { env: { ...surroundings(), NEO4J_HOME: home, NEO4J_CONF: join(home, 'conf') } as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { said = (said + text).slice(-4_000) })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new EngineError('unavailable', `Neo4j's loader failed (exit code ${code}). Its last words:\n${said.trim().split('\n').slice(-8).join('\n')}`)
}

/** How many nodes of any kind a server's database holds. */
export async function nodeCount ({ uri, user, password }: Neo4jServer): Promise<number> {
  const driver = neo4j.driver(uri, neo4j.auth.basic(user, password), { disableLosslessIntegers: true })
  try {
    return (await driver.executeQuery('MATCH (n) RETURN count(n) AS nodes', {}, { database: 'neo4j' })).records[0]!.get('nodes') as number
  } finally {
    await driver.close()
  }
}
