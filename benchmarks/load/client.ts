import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** Asks one server over so many connections that stay open. */
export interface Client { ask: (path: string) => Promise<string>, connections: number, close: () => void }

export function openClient (port: number, connections: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const ask = (path: string) => new Promise<string>((resolve, reject) => {
    request({ agent, host: '127.0.0.1', port, path }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts).toString())).on('error', reject)
    }).on('error', reject).end()
  })
  return { ask, connections, close: () => agent.destroy() }
}

/** Requests a second that come back when each connection asks again at once. */
export async function capacityOf ({ ask, connections }: Client, path: () => string, seconds: number): Promise<number> {
  const start = performance.now()
  const until = start + 1000 * seconds
  let answered = 0
  await Promise.all(Array.from({ length: connections }, async () => {
    while (performance.now() < until) {
      await ask(path())
      answered++
    }
  }))
  return answered / ((performance.now() - start) / 1000)
}

/**
 * Milliseconds of each request when they arrive by themselves at a rate, at random (Poisson), whether or not the ones before are answered. Each
 * counts from when it was to be sent, so waiting for a connection counts.
 */
export async function latenciesAt ({ ask }: Client, path: () => string, { rate, seconds, random }: { rate: number, seconds: number, random: () => number }) {
  const ms: number[] = []
  const waiting: Promise<void>[] = []
  const start = performance.now()
  for (let due = 0; due < 1000 * seconds; due -= 1000 * Math.log(1 - random()) / rate) {
    const early = start + due - performance.now()
    if (early > 1) await sleep(early)
    const scheduled = start + due
    waiting.push(ask(path()).then(() => { ms.push(performance.now() - scheduled) }))
  }
  await Promise.all(waiting)
  return ms
}
