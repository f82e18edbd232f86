import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { surroundings } from '../../engine/config.js'

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
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    pid: child.pid!,
    ask: (path, body) => send(agent, new URL(path, address), JSON.stringify(body), headers),
    async stop () {
      agent.destroy()
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

function send (agent: Agent, url: URL, body: string, headers: Record<string, string>): Promise<{ text: string, ms: number }> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers } }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString()
        if (answer.statusCode === 200) resolve({ text, ms: performance.now() - started })
        else reject(new Error(`${answer.statusCode}: ${text.slice(0, 300)}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const TICKS_PER_SECOND = 100 // of the kernel's clock, on every Linux that Node runs on

/** CPU milliseconds that a process has used, all its threads together. Linux only. */
export async function cpuOf (pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 1000 / TICKS_PER_SECOND
}

/** So many requests from so many hands, each sending its next when it has its answer; requests a second. */
export async function throughput (hands: number, requests: number, act: (run: number) => Promise<unknown>): Promise<number> {
  const started = performance.now()
  let next = 0
  await Promise.all(Array.from({ length: hands }, async () => {
    while (next < requests) await act(next++)
  }))
  return requests / (performance.now() - started) * 1000
}
