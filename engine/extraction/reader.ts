import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { EngineError } from '../errors.js'
import type { Extraction, ExtractOptions } from './extract.js'
import type { Answer, Request } from './worker.js'

/** Reads texts in a thread of its own, one after the other, so that the event loop goes on answering. */
export interface Reader {
  /**
   * As `extract`. Refused with `resource_exhausted` where too many wait, given up with `deadline_exceeded` where one text takes too long:
   * its thread ends with it, and the next text gets a new one.
   */
  extract: (text: string, options: ExtractOptions) => Promise<Extraction>
  close: () => Promise<void>
}

export interface ReaderLimits { waitingMax?: number, timeoutMs?: number }

/** A worker does not inherit the loader that strips the types. */
const STARTER = `
  const { workerData } = require('node:worker_threads')
  import('tsx/esm/api').then(({ register }) => { register(); return import(workerData) })
`
const START_MS = 30_000

/** The thread starts with the first text. */
export function openReader ({ waitingMax = 100, timeoutMs = 10_000 }: ReaderLimits = {}): Reader {
  let worker: Worker | undefined
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  async function read (request: Request): Promise<Extraction> {
    const limit = timeoutMs + (worker === undefined ? START_MS : 0)
    worker ??= started()
    const answer = await ask(worker, request, limit).catch(async (error: unknown) => {
      await stop() // what it was doing would go on
      throw error
    })
    if ('failure' in answer) throw new EngineError(answer.failure.code, answer.failure.message)
    return answer.extraction
  }

  function started (): Worker {
    const one = new Worker(STARTER, { eval: true, workerData: new URL('./worker.ts', import.meta.url).href })
    one.unref() // whoever waits for an answer keeps the process up, an idle thread does not
    return one
  }

  async function stop (): Promise<void> {
    const one = worker
    worker = undefined
    await one?.terminate()
  }

  return {
    extract: async (text, options) => {
      if (waiting >= waitingMax) throw new EngineError('resource_exhausted', `${waitingMax} texts wait to be read already; try again in a moment.`)
      waiting++
      const mine = last.then(async () => await read({ text, options })).finally(() => { waiting-- })
      last = mine.catch(() => {})
      return await mine
    },
    close: stop
  }
}

async function ask (worker: Worker, request: Request, limitMs: number): Promise<Answer> {
  const over = new AbortController() // takes the other listeners away
  const timer = setTimeout(() => { over.abort() }, limitMs)
  const { signal } = over
  try {
    const answered = once(worker, 'message', { signal }) as Promise<[Answer]> // an error of the worker rejects
    const gone = once(worker, 'exit', { signal }).then(() => { throw new EngineError('unavailable', 'Reading texts has stopped.') })
    worker.postMessage(request)
    answered.catch(() => {}) // whichever loses the race is let go
    gone.catch(() => {})
    const [answer] = await Promise.race([answered, gone])
    return answer
  } catch (error) {
    if (signal.aborted) throw new EngineError('deadline_exceeded', `The text could not be read within ${limitMs} ms. Send it in parts.`)
    throw error
  } finally {
    clearTimeout(timer)
    over.abort()
  }
}
