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
