import { isIP } from 'node:net'
import type { Config } from '../engine/config.js'
import { EngineError } from '../engine/errors.js'
import type { App } from './app.js'

/** Listens and returns the address; beyond this machine only when a setting says so by name. */
export async function listen (app: App, config: Config): Promise<string> {
  refuseOpenNetwork(config)
  const { host, port } = config
  return await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    throw new EngineError('failed_precondition', `Port ${port} is taken; set PORT to another one, or 0 for any that is free.`, [], { cause: error })
  })
}

/** Better refused before the stores start than after. */
export function refuseOpenNetwork ({ host, allowOpenNetwork }: Config): void {
  if (isLoopback(host) || allowOpenNetwork) return
  throw new EngineError('failed_precondition',
    `Refusing to listen on ${host}: there are no accounts yet, so anyone on the network could read and write everything; ` +
    'set TERAFFI_ALLOW_OPEN_NETWORK=true if something in front of it keeps them out, or HOST=127.0.0.1.')
}

/** Answers what has been asked, then lets go of the stores. A second signal does not wait. */
export function closeOnSignal (close: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(1), 10_000).unref()
      close().then(() => process.exit(0), (error) => {
        console.error(error)
        process.exit(1)
      })
    })
  }
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
