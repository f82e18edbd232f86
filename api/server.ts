import type { Server, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../engine/config.js'
import { EngineError } from '../engine/errors.js'
import type { App } from './app.js'

/** Listens and returns the address. */
export async function listen (app: App, config: Config): Promise<string> {
  const { host, port } = config
  return await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    throw new EngineError('failed_precondition', `Port ${port} is taken; set PORT to another one, or 0 for any that is free.`, [], { cause: error })
  })
}

/** How long a connection that is kept alive has to hear that it ends here. */
const FAREWELL_MS = 1_000

/**
 * Answers what has been asked, then lets go of the stores. Each connection hears with its next answer that it was the last one: whoever is
 * hung up on without that may just have asked. A second signal does not wait.
 */
export function closeOnSignal ({ server }: App, close: () => Promise<void>): void {
  const sayFarewell = farewell(server)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(1), 10_000).unref()
      sayFarewell().then(close).then(() => process.exit(0), (error) => {
        console.error(error)
        process.exit(1)
      })
    })
  }
}

/** Ends when the last connection has been told, or the time is over. */
function farewell (server: Server): () => Promise<void> {
  const underWay = new Set<ServerResponse>()
  let leaving = false
  server.prependListener('request', (_request, response) => {
    if (leaving) response.shouldKeepAlive = false
    underWay.add(response.once('close', () => { underWay.delete(response) }))
  })
  return async () => {
    leaving = true
    for (const response of underWay) response.shouldKeepAlive = false
    for (const end = performance.now() + FAREWELL_MS; performance.now() < end && await connections(server) > 0;) await sleep(20)
  }
}

const connections = (server: Server) => new Promise<number>((resolve) => { server.getConnections((_error, count) => { resolve(count) }) })
