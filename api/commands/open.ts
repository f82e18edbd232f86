import { loadConfig } from '../../engine/config.js'
import type { Engine } from '../../engine/engine.js'

/** Lends an engine to one command. What it reports on the way goes to stderr, so that stdout is only the answer. */
export async function withEngine<T> (act: (engine: Engine) => Promise<T>): Promise<T> {
  const { createEngine } = await import('../../engine/engine.js')
  const engine = await createEngine(loadConfig(), { log: tell })
  try {
    return await act(engine)
  } finally {
    await engine.close()
  }
}

export const tell = (line: string): void => { process.stderr.write(`${line}\n`) }
export const print = (text: string): void => { process.stdout.write(`${text}\n`) }
