import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text as wholeText } from 'node:stream/consumers'
import { EngineError } from '../../engine/errors.js'
import { extract, TEXT_MAX, type Why } from '../../engine/extraction/extract.js'
import type { Triple } from '../../models/triple.js'
import { explained, openTuples } from '../../engine/extraction/open.js'
import { print, tell } from './open.js'

interface Options { owner: string, jsonl?: boolean, format: 'json' | 'tab', explain?: boolean, strict?: boolean }

/** Text in, triples out; no store is opened. */
export async function extractCommand (file: string | undefined, { owner, jsonl = false, format, explain = false, strict = false }: Options): Promise<void> {
  refuseMixed({ jsonl, format, explain })
  const input = await open(file)
  const mode = strict ? 'strict' : 'lenient'
  if (format === 'tab') await eachLine(input, explain ? explainedLine : tabLine)
  else if (jsonl) await eachLine(input, (line) => { print(JSON.stringify({ triples: ofDocument(line, owner, mode) })) })
  else whole(await wholeText(input), owner, mode, explain)
}

function refuseMixed ({ jsonl, format, explain }: { jsonl: boolean, format: string, explain: boolean }): void {
  if (jsonl && format === 'tab') throw new EngineError('invalid_argument', '--jsonl and --format tab read different input; give one of them.')
  if (explain && jsonl) throw new EngineError('invalid_argument', '--explain reads plain text or, with --format tab, tokenised sentences; leave out --jsonl.')
}

/** A text of any length: part by part, each triple with its place in the whole. */
function whole (text: string, owner: string, mode: 'lenient' | 'strict', explain: boolean): void {
  for (const { part, start } of parts(text)) {
    const reasons = new Map<Triple, Why>()
    const { triples, unmapped } = extract(part, { owner, mode, explain: explain ? (triple, why) => { reasons.set(triple, why) } : undefined })
    for (const triple of triples) {
      print(JSON.stringify({ ...triple, spans: shifted(triple.spans, start) }))
      const why = reasons.get(triple)
      if (why !== undefined) print(`  parse       ${why.parse}\n  rule        ${why.rule}\n  confidence  ${why.confidence}`)
    }
    for (const { subject, predicate, object, reason } of unmapped) tell(`not mapped: ${subject} | ${predicate} | ${object}: ${reason}`)
  }
}

/** The text cut at its last blank line, or else line or space, before each is too long. */
export function * parts (text: string, max = TEXT_MAX): Generator<{ part: string, start: number }> {
  for (let start = 0; start < text.length;) {
    const reach = text.slice(start, start + max)
    const cut = start + max >= text.length ? -1 : Math.max(reach.lastIndexOf('\n\n'), 0) || Math.max(reach.lastIndexOf('\n'), 0) || reach.lastIndexOf(' ')
    const part = cut > 0 ? reach.slice(0, cut) : reach
    yield { part, start }
    start += part.length
  }
}

const shifted = (spans: Triple['spans'], by: number) =>
  Object.fromEntries(Object.entries(spans).map(([name, { start, end }]) => [name, { start: start + by, end: end + by }]))

/** One line `{"text", "owner"}`. */
function ofDocument (line: string, fallback: string, mode: 'lenient' | 'strict') {
  const { text, owner = fallback } = JSON.parse(line) as { text?: unknown, owner?: unknown }
  if (typeof text !== 'string') throw new Error('"text" is missing or not a string')
  if (typeof owner !== 'string') throw new Error('"owner" is not a string')
  return extract(text, { owner, mode }).triples
}

/** One tokenised sentence a line; its open tuples as `sentence, confidence, predicate, arg1, arg2`. */
function tabLine (sentence: string): void {
  for (const { confidence, predicate, arg1, arg2 } of openTuples(sentence)) {
    print([sentence, confidence.toFixed(3), predicate, arg1, arg2].join('\t'))
  }
}

/** The tree first, each word with its tag, relation and head; then the tuples with their rules. */
function explainedLine (sentence: string): void {
  const { tree, tuples } = explained(sentence)
  tree?.words.forEach((word, i) => { print(`  ${word}/${tree.tags[i]} ${tree.labels[i]} ← ${tree.words[tree.heads[i]!] ?? 'root'}`) })
  for (const { confidence, rule, predicate, arg1, arg2 } of tuples) print([confidence.toFixed(3), rule, predicate, arg1, arg2].join('\t'))
}

/** A bad line is named, the others go on, and the exit code tells. */
async function eachLine (input: Readable, act: (line: string) => void): Promise<void> {
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number++
    if (line.trim() === '') continue
    try {
      act(line)
    } catch (error) {
      process.exitCode = 1
      tell(`line ${number}: ${(error as Error).message}`)
    }
  }
}

async function open (file: string | undefined): Promise<Readable> {
  if (file === undefined || file === '-') return process.stdin
  if (!(await stat(file).catch(() => null))?.isFile()) throw new EngineError('not_found', `There is no file "${file}".`)
  return createReadStream(file)
}
