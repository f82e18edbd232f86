import { execFile, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import neo4j from 'neo4j-driver'
import { surroundings } from '../config.js'
import { EngineError } from '../errors.js'
import { commandOf, ensureSecret, findProcess, freePorts, lastLines, type Managed, waitUntil, withLock, writeWhole } from './process.js'

/** Neo4j Community as a managed child: real, local, nothing to install but Java and Maven. */

export interface Neo4jServer extends Managed { uri: string, user: string, password: string }

export interface Neo4jOptions {
  heapMb: number
  pageCacheMb: number
  /** Where the jars lie; by default one place for all data folders of this checkout. */
  jarsDir?: string
  log?: (message: string) => void
}

interface Run { pid: number | null, bolt: number, http: number }

const run = promisify(execFile)
const POM = fileURLToPath(new URL('pom.xml', import.meta.url))
const MAIN = 'org.neo4j.server.CommunityEntryPoint'
const START_TIMEOUT_MS = 180_000 // recovery of a large transaction log included: 38 s were measured for 810,128 relationships
const OPENED = ['java.nio', 'java.io', 'sun.nio.ch', 'java.lang', 'java.util.concurrent'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`)

/** Starts Neo4j on a data folder, or adopts the one that runs there. */
export async function startNeo4j (dataDir: string, options: Neo4jOptions): Promise<Neo4jServer> {
  const dir = folder(dataDir)
  const jars = await ensureJars(options.jarsDir ?? await defaultJarsDir(), options.log)
  return withLock(join(dir, 'lock'), async () => {
    const password = await ensureSecret(join(dir, 'password'))
    return await adopt(dir, password) ?? await start(dir, password, jars, options)
  })
}

/** The process that runs on a data folder; null when none does. */
export const findNeo4j = (dataDir: string) => findServer(folder(dataDir))

/** Stops the Neo4j of a data folder, whoever started it. */
export async function stopNeo4j (dataDir: string): Promise<void> {
  const pid = await findNeo4j(dataDir)
  if (pid !== null) await stop(folder(dataDir), pid)
}

export const folder = (dataDir: string) => join(resolve(dataDir), 'neo4j')

/** What is missing on this machine to run Neo4j as a child, in words; null when nothing is. */
export async function missingForNeo4j (jarsDir?: string): Promise<string | null> {
  const version = await run(java(), ['-version']).then(({ stderr }) => /version "(?:1\.)?(\d+)/.exec(stderr)?.[1], () => undefined)
  if (version === undefined) return 'Java is not installed'
  if (Number(version) < 17) return `Java is ${version}, and Neo4j needs 17 or 21`
  if (await jarsAreWhole(jarsDir ?? await defaultJarsDir())) return null
  return await run('mvn', ['-v']).then(() => null, () => 'Maven, which fetches Neo4j, is not installed')
}

export function java (): string {
  const { JAVA_HOME } = surroundings()
  return JAVA_HOME ? join(JAVA_HOME, 'bin', 'java') : 'java'
}

// The jars are the program, not the data, so the data folders of one checkout share them.
export async function defaultJarsDir (): Promise<string> {
  const version = /<version>(.+?)<\/version>/.exec(await readFile(POM, 'utf8'))?.[1]
  return fileURLToPath(new URL(`../../.data/neo4j/lib-${version}`, import.meta.url))
}

/** Fetches the jars unless they are all there. A download appears under its name only when it is whole. */
export async function ensureJars (dir: string, log?: (message: string) => void): Promise<string> {
  if (await jarsAreWhole(dir)) return dir
  return withLock(`${dir}.lock`, async () => {
    if (await jarsAreWhole(dir)) return dir
    log?.('Fetching Neo4j (213 jars, 123 MB, once) …')
    await removeParts(dir)
    const temporary = await mkdtemp(`${dir}.part-`)
    try {
      await run('mvn', ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${temporary}`, '-DincludeScope=runtime'])
    } catch (cause) {
      await rm(temporary, { recursive: true, force: true })
      const { stdout } = cause as { stdout?: string }
      throw new EngineError('unavailable', `Maven could not fetch Neo4j: ${(stdout || String(cause)).trim().split('\n')[0]}`, [], { cause })
    }
    await writeFile(join(temporary, 'sizes.json'), JSON.stringify(await sizes(temporary)))
    await chmod(temporary, 0o755) // a temporary folder is ours alone
    await rename(temporary, dir)
    return dir
  })
}

async function removeParts (dir: string): Promise<void> {
  const parts = (await readdir(dirname(dir))).filter((name) => name.startsWith(`${basename(dir)}.part-`))
  await Promise.all([basename(dir), ...parts].map((name) => rm(join(dirname(dir), name), { recursive: true, force: true })))
}

async function jarsAreWhole (dir: string): Promise<boolean> {
  const noted = await readFile(join(dir, 'sizes.json'), 'utf8').catch(() => null)
  return noted !== null && noted === JSON.stringify(await sizes(dir))
}

async function sizes (dir: string): Promise<Record<string, number>> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.jar')).sort()
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await stat(join(dir, name))).size])))
}

/** The Neo4j that runs on this folder. Its own command line names the folder, so a number that another program took is not mistaken for it. */
async function findServer (dir: string): Promise<number | null> {
  const noted = (await readRun(dir))?.pid
  return noted && await isServer(dir, noted) ? noted : findProcess(...wordsOf(dir))
}

async function isServer (dir: string, pid: number): Promise<boolean> {
  const command = await commandOf(pid)
  return wordsOf(dir).every((word) => command.includes(word))
}

const wordsOf = (dir: string) => [MAIN, `--home-dir=${join(dir, 'home')} `]

async function readRun (dir: string): Promise<Run | null> {
  return await readFile(join(dir, 'run.json'), 'utf8').then((text) => JSON.parse(text) as Run, () => null)
}

/** The server that runs on this folder already, when there is one; perhaps it is still starting, its starter killed. */
async function adopt (dir: string, password: string): Promise<Neo4jServer | null> {
  const pid = await findServer(dir)
  if (pid === null) return null
  const ports = await readRun(dir)
  if (ports === null) return await stop(dir, pid).then(() => null) // its file was removed: nobody can find it any more
  if (!await untilItAnswers(dir, pid, ports.bolt, password)) {
    if (!await isServer(dir, pid)) return null
    throw new EngineError('unavailable', `Neo4j runs on ${dir} as process ${pid} but does not answer; stop it (kill ${pid}) and start again`)
  }
  return { uri: `bolt://127.0.0.1:${ports.bolt}`, user: 'neo4j', password, adopted: true, pid, stop: async () => {} }
}

async function start (dir: string, password: string, jars: string, options: Neo4jOptions): Promise<Neo4jServer> {
  const [bolt, http] = await freePorts(2) as [number, number]
  const home = join(dir, 'home')
  const log = join(home, 'logs', 'console.log')
  await mkdir(join(home, 'logs'), { recursive: true })
  await writeWhole(join(home, 'conf', 'neo4j.conf'), settings(bolt, http, options))

  // The ports are noted before the child exists: killed between the two lines, we still find it again, by its command line.
  await writeWhole(join(dir, 'run.json'), JSON.stringify({ pid: null, bolt, http } satisfies Run))
  const pid = launch(home, log, options.heapMb, jars)
  await writeWhole(join(dir, 'run.json'), JSON.stringify({ pid, bolt, http } satisfies Run))

  if (!await untilItAnswers(dir, pid, bolt, password)) {
    await stop(dir, pid)
    const lines = [await lastLines(log), await lastLines(join(home, 'logs', 'neo4j.log'))].filter(Boolean).join('\n')
    throw new EngineError('unavailable', `Neo4j did not start on ${home}. Its last words:\n${lines}`)
  }
  return { uri: `bolt://127.0.0.1:${bolt}`, user: 'neo4j', password, adopted: false, pid, stop: () => stop(dir, pid) }
}

/** A child in a session of its own, so that neither Ctrl-C nor the death of its parent reaches it. */
function launch (home: string, log: string, heapMb: number, jars: string): number {
  const out = openSync(log, 'w')
  const child = spawn(java(), [
    ...OPENED, '-Dio.netty.tryReflectionSetAccessible=true', `-Xms${Math.min(heapMb, 256)}m`, `-Xmx${heapMb}m`, ...compiler(heapMb),
    '-XX:+ExitOnOutOfMemoryError', '-cp', join(jars, '*'), MAIN, `--home-dir=${home}`, `--config-dir=${join(home, 'conf')}`
  ], { cwd: home, detached: true, stdio: ['ignore', out, out] })
  closeSync(out)
  child.once('error', () => {}) // said below
  child.unref()
  if (child.pid === undefined) throw new EngineError('failed_precondition', `${java()} could not be run; install Java 17 or 21`)
  return child.pid
}

/** A small server, as tests have it, lives for seconds: it starts in half the CPU time without the optimising compiler (5.4 s for 9.9 s). */
const compiler = (heapMb: number) => heapMb > 512 ? ['-XX:+UseG1GC'] : ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

function settings (bolt: number, http: number, { heapMb, pageCacheMb }: Neo4jOptions): string {
  return Object.entries({
    'server.default_listen_address': '127.0.0.1',
    'server.bolt.listen_address': `127.0.0.1:${bolt}`,
    'server.bolt.advertised_address': `127.0.0.1:${bolt}`,
    'server.http.listen_address': `127.0.0.1:${http}`,
    'server.https.enabled': false,
    'server.memory.pagecache.size': `${pageCacheMb}m`,
    'db.memory.transaction.max': `${Math.ceil(heapMb * 0.4)}m`, // one query cannot starve the others
    'db.tx_log.rotation.retention_policy': '512M size', // by default two days of logs are kept, which a bulk import makes many gigabytes
    'dbms.security.allow_csv_import_from_file_urls': false,
    // By then the databases are closed; the defaults would make every stop take five seconds more.
    'internal.server.bolt.thread_pool_shutdown_wait_time': '200ms',
    'internal.server.bolt.connection_shutdown_wait_time': '200ms',
    'dbms.usage_report.enabled': false
  }).map(([name, value]) => `${name}=${value}\n`).join('')
}

/** Waits until the database answers with our password; false when the process ended or the time is over. */
async function untilItAnswers (dir: string, pid: number, bolt: number, password: string): Promise<boolean> {
  let answers = false
  await waitUntil(async () => {
    answers = await answersTo(bolt, password)
    return answers || !await isServer(dir, pid)
  }, START_TIMEOUT_MS, 100)
  return answers
}

async function answersTo (bolt: number, password: string): Promise<boolean> {
  try {
    await query(bolt, password, 'neo4j', 'RETURN 1')
    return true
  } catch (error) {
    // On a new database the first password still holds, also when whoever started it was killed before changing it.
    if ((error as { code?: string }).code === 'Neo.ClientError.Security.Unauthorized') await setPassword(bolt, password)
    return false
  }
}

async function setPassword (bolt: number, password: string): Promise<void> {
  await query(bolt, 'neo4j', 'system', "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password", { password }).catch((error) => {
    const { code } = error as { code?: string }
    if (code === 'Neo.ClientError.Security.Unauthorized') {
      throw new EngineError('failed_precondition', 'Neo4j runs, but with another password than the one in its password file; ' +
        'put the right one there, or remove the folder to begin anew')
    }
  })
}

async function query (bolt: number, password: string, database: string, cypher: string, parameters = {}): Promise<void> {
  const driver = neo4j.driver(`bolt://127.0.0.1:${bolt}`, neo4j.auth.basic('neo4j', password),
    { connectionTimeout: 2_000, connectionAcquisitionTimeout: 5_000, maxTransactionRetryTime: 0, telemetryDisabled: true })
  try {
    await driver.executeQuery(cypher, parameters, { database })
  } finally {
    await driver.close()
  }
}

async function stop (dir: string, pid: number): Promise<void> {
  if (!await isServer(dir, pid)) return
  process.kill(pid, 'SIGTERM')
  const gone = async () => !await isServer(dir, pid)
  if (!await waitUntil(gone, 30_000)) {
    process.kill(pid, 'SIGKILL')
    await waitUntil(gone, 5_000)
  }
  await rm(join(dir, 'run.json'), { force: true })
}
