import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parse } from 'csv-parse'
import { EngineError } from '../errors.js'
import { openText } from '../import/lines.js'

/** Users and the items of each, by their names in the file. */
export type Pairs = Map<string, string[]>

/** One row of a file of facts. */
export interface FactRow { subject: string, subjectType: string, predicate: string, object: string, objectType: string }

/** LightGCN's form: a line is a user, then the items. An item that is named twice counts once. */
export async function readPairs (path: string): Promise<Pairs> {
  const pairs: Pairs = new Map()
  for await (const { text, at } of linesOf(path)) {
    const [user, ...items] = text.split(/\s+/)
    const bad = [user!, ...items].find((token) => !TOKEN.test(token))
    if (bad !== undefined) throw new EngineError('invalid_argument', `${at}: "${bad.slice(0, 40)}" is not an id; a line is a user, then the items, parted by spaces.`)
    pairs.set(user!, [...new Set([...pairs.get(user!) ?? [], ...items])])
  }
  if (pairs.size === 0) throw new EngineError('invalid_argument', `${path} is empty; a line is a user, then the items.`)
  return pairs
}

/** One id a line. */
export async function readIds (path: string): Promise<string[]> {
  const ids = new Set<string>()
  for await (const { text, at } of linesOf(path)) {
    if (!TOKEN.test(text)) throw new EngineError('invalid_argument', `${at}: "${text.slice(0, 40)}" is not an id; write one id a line.`)
    ids.add(text)
  }
  if (ids.size === 0) throw new EngineError('invalid_argument', `${path} is empty; write one id a line.`)
  return [...ids]
}

/** CSV with a header that names at least subject, predicate and object. */
export async function readFacts (path: string): Promise<FactRow[]> {
  const facts: FactRow[] = []
  const text = opened(path)
  const rows = text.pipe(parse({ columns: true, bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, relax_quotes: true, info: true }))
  text.on('error', (error) => rows.destroy(error))
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: Partial<FactRow>, info: { lines: number } }>) {
      const { subject, subjectType = '', predicate, object, objectType = '' } = record
      if (!subject || !predicate || !object) {
        throw new EngineError('invalid_argument', `${path}:${info.lines}: a fact needs subject, predicate and object under a header that names them.`)
      }
      facts.push({ subject, subjectType, predicate, object, objectType })
    }
  } catch (error) {
    throw unreadable(path, error)
  }
  if (facts.length === 0) throw new EngineError('invalid_argument', `${path} holds no facts; it needs a header with subject, predicate and object, and rows.`)
  return facts
}

/** What a test may ask: somebody whom the training file knows, about items that they do not have yet. */
export function checkTest (train: Pairs, test: Pairs, path: string): void {
  const stranger = [...test].find(([user, items]) => items.length > 0 && !train.has(user))
  if (stranger !== undefined) {
    throw new EngineError('invalid_argument', `${path}: user ${stranger[0]} is not in the training file, so nothing is known of them; take such users out of the test file.`)
  }
  const known = [...test].find(([user, items]) => items.some((item) => train.get(user)?.includes(item)))
  if (known !== undefined) {
    throw new EngineError('invalid_argument', `${path}: user ${known[0]} has an item of theirs in the training file too; what is known cannot be tested.`)
  }
}

const TOKEN = /^[\p{L}\p{N}:._-]{1,100}$/u

async function * linesOf (path: string): AsyncGenerator<{ text: string, at: string }> {
  let line = 0
  const input = opened(path)
  const rows = createInterface({ input, crlfDelay: Infinity })
  const failed = new Promise<never>((resolve, reject) => { input.once('error', reject) })
  failed.catch(() => undefined) // heard below, if at all
  try {
    for (const reader = rows[Symbol.asyncIterator](); ;) {
      const next = await Promise.race([reader.next(), failed])
      if (next.done === true) return
      line++
      const text = next.value.trim()
      if (text !== '') yield { text, at: `${path}:${line}` }
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

function opened (path: string) {
  if (!existsSync(path)) throw new EngineError('not_found', `There is no file "${path}".`)
  return openText(path).text
}

const unreadable = (path: string, error: unknown) => error instanceof EngineError
  ? error
  : new EngineError('invalid_argument', `${path} cannot be read (${(error as Error).message}); files are plain text, or gzip where the name ends in .gz.`)
