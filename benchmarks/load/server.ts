import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { surroundings } from '../../engine/config.js'
import { openClient } from './client.js'

/** A process of ours that serves, as a benchmark asks it: over connections that stay open. */
export interface Served {
  pid: number
  /** Sends one request over any of the connections; the body, and the milliseconds until it was there whole. */
  ask: (path: string, body: unknown) => Promise<{ text: string, ms: number }>
  stop: () => Promise<void>
}

/** Starts a program that says "… at http://…" when it is ready. */
export async function serve (args: string[], env: Record<string, string>, headers: Record<string, string> = {}, connections = 16): Promise<Served> {
  const child = spawn(process.execPath, args, { env: { ...surroundings(), NODE_OPTIONS: '', ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  const address = await addressOf(child)
  const client = openClient(address, connections, headers)
  return {
    pid: child.pid!,
    async ask (path, body) {
      const started = performance.now()
      const text = await client.ask(path, body)
      return { text, ms: performance.now() - started }
    },
    async stop () {
      client.close()
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    }
  }
}

async function addressOf (child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const found = /(?:answers|listens) at (http:\/\/[^/\s]+)/.exec(line)
    if (found !== null) {
      child.stdout!.resume()
      return found[1]!
    }
  }
  throw new Error('The server ended before it was ready.')
}

const TICKS_PER_SECOND = 100 // of the kernel's clock, on every Linux that Node runs on

/** CPU milliseconds that a process has used, all its threads together. Linux only. */
export async function cpuOf (pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 1000 / TICKS_PER_SECOND
}
