import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import neo4j from 'neo4j-driver'
import pg from 'pg'
import t, { type Test } from 'tap'
import { loadConfig } from '../config.js'
import { openStores } from '../stores.js'
import { startContainer } from './docker.js'
import { ensureJars, findNeo4j, type Neo4jServer, startNeo4j, stopNeo4j } from './neo4j.js'
import { findPostgres, type PostgresServer, startPostgres, stopPostgres } from './postgres.js'
import { commandOf, waitUntil, withLock } from './process.js'

t.setTimeout(300_000)

const small = { heapMb: 256, pageCacheMb: 16 }
const dataDir = resolve('.data', `test-embedded-${process.pid}`)
mkdirSync(dataDir, { recursive: true })
t.teardown(async () => {
  await Promise.all([stopNeo4j(dataDir), stopPostgres(dataDir)])
  rmSync(dataDir, { recursive: true, force: true })
})

t.test('a lock lets one in at a time, and a dead holder does not keep it', async (t) => {
  const path = join(dataDir, 'lock-test', 'lock')
  let inside = 0
  let most = 0
  const enter = () => withLock(path, async () => {
    most = Math.max(most, ++inside)
    await new Promise(setImmediate)
    inside--
  })
  await Promise.all(Array.from({ length: 8 }, enter))
  t.equal(most, 1)

  const dead = spawn('true')
  await once(dead, 'close')
  writeFileSync(path, `${dead.pid} 1`)
  await Promise.all(Array.from({ length: 8 }, enter))
  writeFileSync(path, `${process.pid} 1`)
  await enter() // our number, but another birthday: the number was reused
  t.equal(most, 1)
  t.strictSame(readdirSync(join(dataDir, 'lock-test')), [], 'and nothing is left lying about')
})

t.test('Neo4j', async (t) => {
  await t.test('a starter killed in the midst of the first start leaves one that the next adopts', async (t) => {
    const starter = begin(t, 'neo4j', dataDir)
    t.ok(await waitUntil(async () => await findNeo4j(dataDir) !== null, 60_000))
    starter.kill('SIGKILL')

    const server = await startNeo4j(dataDir, small)
    t.match(server, { adopted: true, user: 'neo4j', uri: /^bolt:\/\/127\.0\.0\.1:\d+$/ })
    t.equal(statSync(join(dataDir, 'neo4j', 'password')).mode & 0o777, 0o600)
    await cypher(server, "CREATE (:Thing {name: 'kept'})")
    await server.stop()
    t.ok(await lives(server), 'whoever adopted it does not stop it')
    await stopNeo4j(dataDir)
    t.notOk(await lives(server))
  })

  await t.test('of two starters at once one starts and the other adopts; killed, they leave it running', async (t) => {
    const starters = [begin(t, 'neo4j', dataDir), begin(t, 'neo4j', dataDir)]
    const servers = await Promise.all(starters.map(said<Neo4jServer>))
    t.strictSame(servers.map(({ adopted }) => adopted).sort(), [false, true])
    t.equal(servers[0]!.pid, servers[1]!.pid)
    t.equal(servers[0]!.uri, servers[1]!.uri)

    for (const starter of starters) starter.kill('SIGKILL')
    await Promise.all(starters.map((starter) => starter.exitCode ?? starter.signalCode ?? once(starter, 'close')))
    const server = await startNeo4j(dataDir, small)
    t.match(server, { adopted: true, pid: servers[0]!.pid })
    t.equal(await cypher(server, 'MATCH (n:Thing) RETURN n.name'), 'kept')
    await t.rejects(cypher({ ...server, password: 'neo4j' }, 'RETURN 1'), { code: 'Neo.ClientError.Security.Unauthorized' })
  })

  await t.test('killed itself, it recovers; a number that another program took is neither adopted nor killed', async (t) => {
    const pid = await findNeo4j(dataDir)
    process.kill(pid!, 'SIGKILL')
    t.ok(await waitUntil(async () => await commandOf(pid!) === '', 5_000))
    const other = bystander(t)
    const noted = join(dataDir, 'neo4j', 'run.json')
    writeFileSync(noted, JSON.stringify({ ...JSON.parse(readFileSync(noted, 'utf8')), pid: other.pid }))

    const server = await startNeo4j(dataDir, small)
    t.equal(server.adopted, false)
    t.not(server.pid, other.pid)
    t.equal(await cypher(server, 'MATCH (n:Thing) RETURN n.name'), 'kept')
    await server.stop()
    t.notOk(await lives(server), 'whoever started it stops it')
    t.ok(await lives(other))
  })

  await t.test('a start that fails says why', async (t) => {
    await t.rejects(startNeo4j(dataDir, { heapMb: 1, pageCacheMb: 16 }), { code: 'unavailable', message: /did not start.*\n.*heap/s })
    t.equal(await findNeo4j(dataDir), null)
  })

  await t.test('jars that are not whole are fetched again, and a download that was cut off is cleared away', async (t) => {
    const lib = join(dataDir, 'jars', 'lib')
    const jar = join(lib, 'neo4j-5.26.30.jar')
    mkdirSync(lib, { recursive: true })
    mkdirSync(`${lib}.part-abc`)
    writeFileSync(jar, 'cut')
    writeFileSync(join(lib, 'sizes.json'), JSON.stringify({ 'neo4j-5.26.30.jar': 8_000 }))
    await ensureJars(lib)
    t.ok(statSync(jar).size > 1_000)
    t.strictSame(readdirSync(join(dataDir, 'jars')), ['lib'])

    const before = statSync(jar).mtimeMs
    await ensureJars(lib)
    t.equal(statSync(jar).mtimeMs, before, 'whole ones are left alone')
  })
})

t.test('Postgres', async (t) => {
  await t.test('of two starters at once one starts and the other adopts; killed, they leave it running', async (t) => {
    mkdirSync(join(dataDir, 'postgres', 'data.part'), { recursive: true }) // of a first start that was killed
    writeFileSync(join(dataDir, 'postgres', 'data.part', 'PG_VERSION'), '18')
    const starters = [begin(t, 'postgres', dataDir), begin(t, 'postgres', dataDir)]
    const servers = await Promise.all(starters.map(said<PostgresServer>))
    t.strictSame(servers.map(({ adopted }) => adopted).sort(), [false, true])
    t.equal(servers[0]!.connectionString, servers[1]!.connectionString)
    t.equal(statSync(join(dataDir, 'postgres', 'password')).mode & 0o777, 0o600)
    await sql(servers[0]!, "CREATE TABLE thing AS SELECT 'kept' AS name")

    for (const starter of starters) starter.kill('SIGKILL')
    await Promise.all(starters.map((starter) => starter.exitCode ?? starter.signalCode ?? once(starter, 'close')))
    const server = await startPostgres(dataDir)
    t.match(server, { adopted: true, pid: servers[0]!.pid, connectionString: servers[0]!.connectionString })
    await server.stop()
    t.ok(await lives(server), 'whoever adopted it does not stop it')
  })

  await t.test('killed itself, it recovers; a number that another program took is neither adopted nor killed', async (t) => {
    const pid = await findPostgres(dataDir)
    process.kill(pid!, 'SIGKILL')
    t.ok(await waitUntil(async () => await commandOf(pid!) === '', 5_000))
    const other = bystander(t, statSync(join(dataDir, 'postgres', 'data')).uid) // as the same user, else Postgres itself would know better
    const noted = join(dataDir, 'postgres', 'data', 'postmaster.pid')
    writeFileSync(noted, readFileSync(noted, 'utf8').replace(/^\d+/, String(other.pid)))

    const server = await startPostgres(dataDir)
    t.equal(server.adopted, false)
    t.equal(await sql(server, 'SELECT name FROM thing'), 'kept')
    await server.stop()
    t.notOk(await lives(server), 'whoever started it stops it')
    t.ok(await lives(other))
  })

  await t.test('as root in a folder that only root may enter', { skip: process.getuid?.() === 0 && canUnshare() ? false : 'not root' }, async (t) => {
    const closed = mkdtempSync(join(tmpdir(), 'teraffi-')) // mode 0700
    t.teardown(() => rmSync(closed, { recursive: true }))
    const server = await startPostgres(closed)
    t.equal(await sql(server, "SELECT 'here'"), 'here')
    await server.stop()
    t.notOk(await lives(server))
  })
})

t.test('where something is missing, one sentence says what to do', async (t) => {
  const bin = join(dataDir, 'bin')
  mkdirSync(bin, { recursive: true })
  const { PATH, JAVA_HOME } = process.env
  t.teardown(() => { Object.assign(process.env, { PATH }, JAVA_HOME && { JAVA_HOME }) })
  process.env['PATH'] = bin
  delete process.env['JAVA_HOME']
  const config = loadConfig({ TERAFFI_DATA_DIR: join(dataDir, 'missing'), DATABASE_URL: 'postgres://given' })

  await t.rejects(openStores(config), {
    code: 'failed_precondition',
    message: 'Java is not installed and no Docker engine answers: install Java 17 with Maven (apt install openjdk-17-jre-headless maven), ' +
      'or start Docker, or set NEO4J_URI to a running Neo4j 5.'
  })
  program(join(bin, 'java'), 'echo \'openjdk version "11.0.2" 2019-01-15\' >&2')
  await t.rejects(openStores(config), { code: 'failed_precondition', message: /^Java is 11, and Neo4j needs 17 or 21 and no Docker/ })

  const given = await openStores({ ...config, neo4j: { uri: 'bolt://given', user: 'u', password: 'p' } })
  t.match(given, { neo4j: { uri: 'bolt://given' }, databaseUrl: 'postgres://given', runners: { neo4j: { by: 'given' } } })
  await given.close()
  t.notOk(existsSync(join(dataDir, 'missing')), 'with both given nothing is made')

  // No engine answers here, so a program that answers like one shows what it would be asked.
  program(join(bin, 'docker'), `echo "$@" >> ${bin}/asked; case "$*" in *" port "*) echo 127.0.0.1:7687;; esac`)
  const container = await startContainer(dataDir, 'neo4j', 7687)
  t.match(container, { address: '127.0.0.1:7687', password: /.{20}/, adopted: false })
  await container.stop()
  const asked = readFileSync(join(bin, 'asked'), 'utf8').replaceAll(/compose -f \S+docker-compose.yml /g, '')
  t.equal(asked, 'ps --status running --services\nup -d --wait neo4j\nport neo4j 7687\nstop neo4j\n')
})

/** A process that starts a store; ended with the test. */
function begin (t: Test, kind: string, dataDir: string): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', 'engine/embedded/starter.ts', kind, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => { child.kill('SIGKILL') })
  return child
}

async function said<T> (child: ChildProcess): Promise<T> {
  const { value } = await createInterface({ input: child.stdout! })[Symbol.asyncIterator]().next()
  return JSON.parse(value ?? '"the starter ended without a word"') as T
}

const lives = async ({ pid }: { pid?: number }) => await commandOf(pid!) !== ''

function bystander (t: Test, uid?: number): ChildProcess {
  const child = spawn('sleep', ['120'], { stdio: 'ignore', ...(process.getuid?.() === 0 && uid !== undefined ? { uid } : {}) })
  t.teardown(() => { child.kill('SIGKILL') })
  return child
}

async function cypher ({ uri, user, password }: Neo4jServer, text: string): Promise<unknown> {
  const driver = neo4j.driver(uri, neo4j.auth.basic(user, password))
  try {
    return (await driver.executeQuery(text)).records[0]?.get(0)
  } finally {
    await driver.close()
  }
}

async function sql ({ connectionString }: PostgresServer, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return Object.values((await client.query(text)).rows[0] ?? {})[0]
  } finally {
    await client.end()
  }
}

function program (path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

function canUnshare (): boolean {
  try {
    execFileSync('unshare', ['--user', '--map-user=1000', '--map-group=1000', 'true'])
    return true
  } catch {
    return false
  }
}
