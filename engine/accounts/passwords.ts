import { hash, verify } from '@node-rs/argon2'
import { EngineError } from '../errors.js'

/** argon2id by the OWASP minimum: 19 MiB, 2 passes, 1 lane; the library's algorithm is argon2id by default. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashing runs on threads, few at once, so that a storm of logins neither fills the memory nor starves the rest. */
export function passwords ({ atOnce = 2, waitingMax = 64 } = {}) {
  const waiting: Array<() => void> = []
  let running = 0

  async function inTurn<T> (work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (waiting.length >= waitingMax) throw new EngineError('resource_exhausted', 'Too many logins at once; try again in a few seconds.')
      await new Promise<void>((resolve) => { waiting.push(resolve) })
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift() // it takes over the place, so that nobody slips in between
      if (next === undefined) running--
      else next()
    }
  }

  let nobody: Promise<string> | null = null
  return {
    hash: (password: string) => inTurn(() => hash(password, COST)),
    /** Where there is no such account (null), it takes as long to say so. */
    verify: async (stored: string | null, password: string): Promise<boolean> => {
      const against = stored ?? await (nobody ??= hash('nobody has this password', COST))
      return await inTurn(() => verify(against, password)) && stored !== null
    }
  }
}
export type Passwords = ReturnType<typeof passwords>
