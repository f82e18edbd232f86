import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Test } from 'tap'

export interface Door { port: number, shut (): void, hang (): void, open (): void }

const USUAL: Record<string, number> = { 'redis:': 6379, 'postgres:': 5432 }

/** A door before a store that can be shut (connections refused), left hanging (no bytes pass) and opened again. */
export async function openDoor (t: Test, { protocol, hostname, port }: URL): Promise<Door> {
  const sockets = new Set<Socket>()
  let state: 'open' | 'shut' | 'hanging' = 'open'
  const server = createServer((near) => {
    if (state === 'shut') { near.destroy(); return }
    const far = connect(Number(port || USUAL[protocol]), hostname)
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.on('error', () => {}).on('close', () => to.destroy())
      from.on('data', (bytes) => { if (state === 'open') to.write(bytes) })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => { for (const socket of sockets) socket.destroy() }
  t.teardown(() => { cut(); server.close() })
  return {
    port: (server.address() as AddressInfo).port,
    shut: () => { state = 'shut'; cut() },
    hang: () => { state = 'hanging' },
    open: () => { if (state === 'hanging') cut(); state = 'open' }
  }
}
