import { EngineError } from '../errors.js'

/** What the stores answer, together. One that is down is named and what it has is left out; anything else that goes wrong does. */
export async function gather<T> (asked: Promise<T[]>[]): Promise<{ found: T[], degraded: string[] }> {
  const parts = await Promise.allSettled(asked)
  const failures = parts.flatMap((part) => part.status === 'rejected' ? [part.reason as Error] : [])
  const bug = failures.find((error) => !(error instanceof EngineError && error.code === 'unavailable'))
  if (bug !== undefined) throw bug
  return {
    found: parts.flatMap((part) => part.status === 'fulfilled' ? part.value : []),
    degraded: [...new Set(failures.map(({ message }) => message))]
  }
}
