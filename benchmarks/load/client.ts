import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** Asks one server over so many connections that stay open: GET, or POST where there is something to send. An answer other than 200 throws. */
export interface Client { ask: (path: string, body?: unknown) => Promise<string>, connections: number, close: () => void }

/** `headers` go with every request; what is added to them later, too. */
export function openClient (address: string, connections: number, headers: Record<string, string> = {}): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const ask = (path: string, body?: unknown) => new Promise<string>((resolve, reject) => {
    const json = body === undefined ? undefined : JSON.stringify(body)
    const sending = json === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }
    request(new URL(path, address), { agent, method: json === undefined ? 'GET' : 'POST', headers: { ...sending, ...headers } }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part)).on('error', reject).on('end', () => {
        const text = Buffer.concat(parts).toString()
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`${response.statusCode}: ${text.slice(0, 300)}`))
      })
    }).on('error', reject).end(json)
  })
  return { ask, connections, close: () => agent.destroy() }
}

/** Requests a second from so many hands, each sending its next when it has its answer, as long as it goes on. */
export async function throughput (hands: number, act: (run: number) => Promise<unknown>, goesOn: () => boolean): Promise<number> {
  const start = performance.now()
  let begun = 0
  await Promise.all(Array.from({ length: hands }, async () => {
    while (goesOn()) await act(begun++)
  }))
  return begun / ((performance.now() - start) / 1000)
}

/** So many times, whoever asks. */
export function times (count: number): () => boolean {
  let left = count
  return () => left-- > 0
}

/** Requests a second that come back when each connection asks again at once. */
export function capacityOf ({ ask, connections }: Client, path: () => string, seconds: number): Promise<number> {
  const until = performance.now() + 1000 * seconds
  return throughput(connections, () => ask(path()), () => performance.now() < until)
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
