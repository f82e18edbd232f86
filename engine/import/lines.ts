import { closeSync, createReadStream, existsSync, openSync, readSync } from 'node:fs'
import { pipeline, Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Rejection } from '../../models/imports.js'
import { EngineError } from '../errors.js'

/** The longest line that is read, in characters. No format needs more for what the graph takes: names have 300, texts some thousands. */
export const LINE_MAX = 1_000_000
/** How much is kept of a row that is too long, in characters. */
export const RAW_KEPT = 1_000

/**
 * Gzip shrinks by at most 1 : 1,032, files of facts by 1 : 3 to 1 : 30. What grows beyond 1 : 200 is no file of facts but meant to fill the
 * machine; below 1 GB it is read nevertheless, since small files may well repeat themselves.
 */
const BOMB_RATIO = 200
const BOMB_BYTES = 1e9

/** A file, or several as one: `header.csv,part1.csv,part2.csv`. */
export const partsOf = (path: string): string[] => path.includes(',') && !existsSync(path) ? path.split(',').map((part) => part.trim()) : [path]

/** Opens a file, or its parts one after the other; gunzipped where it begins as gzip does or its name ends in .gz. */
export function openText (path: string): { text: Readable, bytesRead: () => number } {
  const parts = partsOf(path)
  let before = 0
  let current: Opened | null = null
  const next = (part: string) => {
    before += current?.bytesRead() ?? 0
    current = openPart(part)
    return current
  }
  const text = parts.length === 1 ? next(path).text : Readable.from(joined(parts, (part) => next(part).text), { objectMode: false })
  return { text, bytesRead: () => before + (current?.bytesRead() ?? 0) }
}

interface Opened { text: Readable, bytesRead: () => number }

function openPart (path: string): Opened {
  const file = createReadStream(path)
  const bytesRead = () => file.bytesRead
  if (!path.endsWith('.gz') && !beginsAsGzip(path)) return { text: file, bytesRead }
  return { text: pipeline(file, createGunzip(), bombGuard(bytesRead), () => {}), bytesRead }
}

function beginsAsGzip (path: string): boolean {
  if (!existsSync(path)) return false // the stream says so
  const file = openSync(path, 'r')
  const start = Buffer.alloc(2)
  try {
    return readSync(file, start) === 2 && start[0] === 0x1f && start[1] === 0x8b
  } finally {
    closeSync(file)
  }
}

function bombGuard (bytesIn: () => number): Transform {
  let bytesOut = 0
  return new Transform({
    transform (chunk: Buffer, _, done) {
      bytesOut += chunk.length
      if (bytesOut <= BOMB_BYTES || bytesOut <= BOMB_RATIO * bytesIn()) return done(null, chunk)
      const grown = `${Math.round(bytesOut / 1e6)} MB came out of ${Math.ceil(bytesIn() / 1e6)} MB of gzip, more than ${BOMB_RATIO} times as much`
      done(new EngineError('invalid_argument', `${grown}; a file that is really so is imported unpacked`))
    }
  })
}

/** Each part begins a line, without its byte order mark. */
async function * joined (parts: string[], open: (path: string) => Readable): AsyncGenerator<Buffer> {
  for (const part of parts) {
    let last: Buffer | null = null
    for await (const chunk of open(part) as AsyncIterable<Buffer>) {
      yield last === null && chunk.subarray(0, 3).equals(MARK) ? chunk.subarray(3) : chunk
      last = chunk
    }
    if (last !== null && last.at(-1) !== 0x0a) yield Buffer.from('\n')
  }
}
const MARK = Buffer.from('\ufeff')

/** The text of a stream of bytes in UTF-8, in pieces, without a byte order mark; U+FFFD stands for what is no UTF-8. */
export async function * decoded (bytes: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of bytes as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

/** A line of text: its number from 1, the offset of its first character; `raw` lacks the end of line, and most of what is too long. */
export interface RawLine { line: number, at: number, raw: string, tooLong: boolean }

/** The lines of a text, those of one piece together. Of a line beyond LINE_MAX no more than that is ever held. */
export async function * lines (bytes: Readable): AsyncGenerator<RawLine[]> {
  let line = 0
  let at = 0 // of what is pending
  let pending = ''
  let skipped = 0 // characters of a line that is too long, left out behind `pending`
  const take = (raw: string, end: number): RawLine => {
    const length = raw.length + skipped
    const taken = { line: ++line, at, raw: raw.endsWith('\r') && skipped === 0 ? raw.slice(0, -1) : raw, tooLong: length > LINE_MAX }
    if (taken.tooLong) taken.raw = raw.slice(0, RAW_KEPT)
    at += length + end
    skipped = 0
    return taken
  }
  for await (const piece of decoded(bytes)) {
    const found: RawLine[] = []
    let from = 0
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      found.push(take(skipped > 0 ? (skipped += end - from, pending) : pending + piece.slice(from, end), 1))
      pending = ''
      from = end + 1
    }
    if (skipped > 0) skipped += piece.length - from
    else pending += piece.slice(from)
    if (skipped === 0 && pending.length > LINE_MAX) {
      skipped = pending.length - RAW_KEPT
      pending = pending.slice(0, RAW_KEPT)
    }
    if (found.length > 0) yield found
  }
  if (pending !== '') yield [take(pending, 0)]
}

/** Why a line is refused that is too long. */
export const TOO_LONG: Rejection = {
  code: 'too_long',
  column: null,
  message: `The line has more than ${LINE_MAX.toLocaleString('en')} characters`,
  hint: `Part it; its first ${RAW_KEPT.toLocaleString('en')} characters are kept with what is refused.`
}
