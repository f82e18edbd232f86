import type { Readable } from 'node:stream'
import type { Rejection } from '../../models/imports.js'
import { decoded, LINE_MAX, RAW_KEPT, TOO_LONG } from './lines.js'

/** A row of a table as it was written, from the line on which it begins: its fields, or why there are none. */
export type Row = { line: number, raw: string, fields: string[], rejected?: undefined } | { line: number, raw: string, rejected: Rejection }

/** How far a quoted field may reach beyond its line before its quote counts as never closed: characters and lines. */
const QUOTED_MAX = 65_536
const QUOTED_LINES_MAX = 1_000

/**
 * The rows of CSV (RFC 4180) or TSV, those of one piece of the file together. Space around fields is left out, and so are empty lines; a
 * quote within a field that does not begin with one is part of it. A row whose quotes are broken is refused alone: the next line begins
 * the next row.
 */
export async function * records (bytes: Readable, delimiter: ',' | '\t'): AsyncGenerator<Row[]> {
  const reader = new Records(delimiter)
  for await (const piece of decoded(bytes)) {
    const rows = reader.read(piece, false)
    if (rows.length > 0) yield rows
  }
  yield reader.read('', true)
}

const SPACE = /\S/

class Records {
  private text = ''
  private from = 0 // where the next row begins
  private line = 1 // and on which line
  private isSkipping = false // the rest of a line that is too long
  private quote = -1 // the first quote at or behind `from`

  constructor (private readonly delimiter: string) {}

  /** The rows that end within what is known by now; `isLast`: no more text will come. */
  read (piece: string, isLast: boolean): Row[] {
    this.text = this.text.slice(this.from) + piece
    this.from = 0
    this.quote = -1
    const rows: Row[] = []
    while (this.from < this.text.length) {
      const newline = this.text.indexOf('\n', this.from)
      if (newline === -1 && !isLast) {
        this.cut(rows)
        break
      }
      const row = this.row(newline === -1 ? this.text.length : newline, isLast)
      if (row === null) break
      if (row !== EMPTY) rows.push(row)
    }
    return rows
  }

  /** What is held of a line that does not end stays bounded. */
  private cut (rows: Row[]): void {
    if (this.isSkipping) this.from = this.text.length
    else if (this.text.length - this.from > LINE_MAX) {
      rows.push(this.tooLong())
      this.isSkipping = true
      this.from = this.text.length
    }
  }

  private tooLong (): Row {
    return { line: this.line, raw: this.text.slice(this.from, this.from + RAW_KEPT), rejected: TOO_LONG }
  }

  /** The row that begins here, on a line that ends at `end`; null where more text is needed. */
  private row (end: number, isLast: boolean): Row | typeof EMPTY | null {
    if (this.isSkipping || end - this.from > LINE_MAX) {
      const row = this.isSkipping ? EMPTY : this.tooLong()
      this.isSkipping = false
      this.goOn(end)
      return row
    }
    if (this.nextQuote() < end) return this.quoted(end, isLast)
    const raw = lineOf(this.text, this.from, end)
    const row = this.isEmpty(raw) ? EMPTY : { line: this.line, raw, fields: raw.split(this.delimiter) }
    if (row !== EMPTY) for (let i = 0; i < row.fields.length; i++) row.fields[i] = row.fields[i]!.trim()
    this.goOn(end)
    return row
  }

  private isEmpty (raw: string): boolean {
    return raw === '' || (!SPACE.test(raw) && !raw.includes(this.delimiter))
  }

  private goOn (end: number, lines = 1): void {
    this.from = end + 1
    this.line += lines
  }

  private nextQuote (): number {
    if (this.quote < this.from) this.quote = this.text.indexOf('"', this.from)
    if (this.quote === -1) this.quote = Infinity
    return this.quote
  }

  /** The row whose first line ends at `end`; it may reach beyond that line, though not far. */
  private quoted (end: number, isLast: boolean): Row | null {
    const limit = Math.max(end, this.from + QUOTED_MAX)
    const fields: string[] = []
    for (let at = this.from; ;) {
      const field = fieldAt(this.text, at, this.delimiter)
      if (field === WRONG) return this.badQuote(end, TEXT_AFTER_QUOTE)
      const isWhole = !field.isOpen && (isLast || field.end < this.text.length)
      if (!isWhole || field.end > limit) return isLast || this.text.length > limit ? this.badQuote(end, NEVER_CLOSED) : null
      fields.push(field.value)
      if (this.text[field.end] !== this.delimiter) return this.taken(field.end, fields, end)
      at = field.end + 1
    }
  }

  private taken (to: number, fields: string[], firstEnd: number): Row {
    const raw = lineOf(this.text, this.from, to)
    const lines = to > firstEnd ? raw.split('\n').length : 1
    if (lines > QUOTED_LINES_MAX) return this.badQuote(firstEnd, NEVER_CLOSED)
    const row = { line: this.line, raw, fields }
    this.goOn(to, lines)
    return row
  }

  private badQuote (end: number, rejected: Rejection): Row {
    const row = { line: this.line, raw: lineOf(this.text, this.from, end), rejected }
    this.goOn(end)
    return row
  }
}

const EMPTY = 'empty'
const lineOf = (text: string, from: number, end: number) => text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end)

const HINT = 'A field that begins with a quote ends with one; quotes within it are doubled: "the ""Blue"" room".'
const TEXT_AFTER_QUOTE: Rejection = { code: 'bad_quote', column: null, message: 'There is text behind a closing quote', hint: HINT }
const NEVER_CLOSED: Rejection = { code: 'bad_quote', column: null, message: 'A quote is not closed', hint: HINT }

const WRONG = 'wrong'
/** `end`: where the delimiter, the end of line or the end of the text is; `isOpen`: within quotes. */
interface Field { value: string, end: number, isOpen: boolean }

function fieldAt (text: string, from: number, delimiter: string): Field | typeof WRONG {
  const start = pastSpace(text, from, delimiter)
  if (text[start] === '"') return quotedField(text, start, delimiter)
  const newline = endOr(text.indexOf('\n', start), text)
  const end = Math.min(newline, endOr(text.indexOf(delimiter, start), text))
  return { value: text.slice(start, end).trim(), end, isOpen: false }
}

function quotedField (text: string, start: number, delimiter: string): Field | typeof WRONG {
  let close = text.indexOf('"', start + 1)
  while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2)
  if (close === -1) return { value: '', end: text.length, isOpen: true }
  let end = pastSpace(text, close + 1, delimiter)
  if (text[end] === '\r') end++
  if (end < text.length && text[end] !== delimiter && text[end] !== '\n') return WRONG
  return { value: text.slice(start + 1, close).replaceAll('""', '"'), end, isOpen: false }
}

const SPACES = new Set([' ', '\t'])
const endOr = (found: number, text: string) => found === -1 ? text.length : found
function pastSpace (text: string, from: number, delimiter: string): number {
  let at = from
  while (SPACES.has(text[at]!) && text[at] !== delimiter) at++
  return at
}
