import { parentPort } from 'node:worker_threads'
import { EngineError } from '../errors.js'
import { extract, type Extraction, type ExtractOptions } from './extract.js'

/** What the thread is asked, and what it answers: the triples, or an expected failure. */
export interface Request { text: string, options: ExtractOptions }
export type Answer = { extraction: Extraction } | { failure: Pick<EngineError, 'code' | 'message'> }

parentPort!.on('message', ({ text, options }: Request) => { parentPort!.postMessage(answer(text, options)) })

function answer (text: string, options: ExtractOptions): Answer {
  try {
    return { extraction: extract(text, options) }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return { failure: { code: error.code, message: error.message } }
  }
}
