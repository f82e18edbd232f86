import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** What the starters of both managed servers need to know about processes, ports and files. */

const run = promisify(execFile)

/** A server that a store door connects to, and how to stop it. Whoever adopted a running one does not stop it. */
export interface Managed { adopted: boolean, pid: number, stop (): Promise<void> }

/** The command line of a process; '' when it has ended, even if nobody has taken note of its end yet. */
export async function commandOf (pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
    return (await run('ps', ['-ww', '-o', 'args=', '-p', String(pid)])).stdout.trim()
  } catch {
    return ''
  }
}

/**
 * The number of the live process whose command line holds every one of the words, null when there is none. Asking the system
 * rather than a file finds a child whose parent was killed before it could note the number, and never one that took over a number.
 */
export async function findProcess (...words: string[]): Promise<number | null> {
  for (const pid of await allProcesses()) {
    const command = await commandOf(pid)
    if (pid !== process.pid && words.every((word) => command.includes(word))) return pid
  }
  return null
}

async function allProcesses (): Promise<number[]> {
  const names = process.platform === 'linux'
    ? await readdir('/proc')
    : (await run('ps', ['-axo', 'pid='])).stdout.split('\n')
  return names.map(Number).filter((pid) => Number.isInteger(pid) && pid > 0)
}

/** Waits until a test holds; false when it did not within the time. */
export async function waitUntil (test: () => boolean | Promise<boolean>, timeoutMs: number, everyMs = 50): Promise<boolean> {
  const end = performance.now() + timeoutMs
  while (!await test()) {
    if (performance.now() > end) return false
    await sleep(everyMs)
  }
  return true
}

/** Loopback ports that are free now. All are held until all are found, so they differ. */
export async function freePorts (count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => resolve(server))
  })))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** Writes a file whole or not at all, whatever kills us meanwhile. */
export async function writeWhole (path: string, text: string, mode = 0o600): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  const file = await open(temporary, 'w', mode)
  await file.writeFile(text)
  await file.sync()
  await file.close()
  await rename(temporary, path)
}

/** The secret in a file that only we can read; made when there is none. */
export async function ensureSecret (path: string): Promise<string> {
  const known = await readFile(path, 'utf8').catch(() => null)
  if (known) return known
  const secret = randomBytes(24).toString('base64url')
  await writeWhole(path, secret)
  return secret
}

/** The last lines of a log, for an error message. */
export async function lastLines (path: string, count = 8): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

/**
 * Runs a function while no other process runs one under the same lock file; the others wait. The file holds the number of its
 * holder; a dead holder's lock is taken over. This keeps starters from disturbing each other; the data is safe even without it,
 * since both servers lock their own folder.
 */
export async function withLock<T> (path: string, work: () => Promise<T>, timeoutMs = 300_000): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await writeFile(mine, `${process.pid} ${await startedAt(process.pid)}`)
  try {
    if (!await waitUntil(() => takeLock(path, mine), timeoutMs)) {
      throw new Error(`${path} has been held by process ${await readFile(path, 'utf8').catch(() => '?')} for ${timeoutMs / 1000} s`)
    }
    return await work().finally(() => rm(path, { force: true }))
  } finally {
    await rm(mine, { force: true })
  }
}

async function takeLock (path: string, mine: string): Promise<boolean> {
  // A hard link appears with its content, so nobody ever reads a lock that does not yet say whose it is.
  if (await link(mine, path).then(() => true, () => false)) return true

  const holder = await readFile(path, 'utf8').catch(() => null)
  if (holder === null || await isHeld(holder)) return false

  // Two may find the same dead holder: whoever moves away a lock that has just become another's puts it back.
  const dead = `${mine}.dead`
  if (!await rename(path, dead).then(() => true, () => false)) return false
  if (await readFile(dead, 'utf8') !== holder) await link(dead, path).catch(() => {})
  await rm(dead, { force: true })
  return false
}

/** Notes in a folder that this process is at work; returns how to take the note away. It counts as long as the process lives. */
export async function noteAtWork (folder: string): Promise<() => Promise<void>> {
  const note = join(folder, String(process.pid))
  await writeWhole(note, `${process.pid} ${await startedAt(process.pid)}`)
  return () => rm(note, { force: true })
}

/** The numbers of the live processes that have a note in a folder. */
export async function atWork (folder: string): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    if (await isHeld(await readFile(join(folder, name), 'utf8').catch(() => ''))) found.push(Number(name))
  }
  return found
}

async function isHeld (holder: string): Promise<boolean> {
  const [pid, started] = holder.split(' ')
  return await commandOf(Number(pid)) !== '' && await startedAt(Number(pid)) === started
}

/** When a process began, in the system's own words: with the number it names a process for good. '' where the system does not say. */
async function startedAt (pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
