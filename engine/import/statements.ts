import type { Readable } from 'node:stream'
import type { Rejection } from '../../models/imports.js'
import { decoded, LINE_MAX, RAW_KEPT, TOO_LONG } from './lines.js'
import { reject } from './rows.js'

/** A statement of Turtle as it was written, from the line on which it begins; `fault`: why it is not even parsed. */
export interface Statement { line: number, text: string, isDirective: boolean, fault: Rejection | null }

/** How far a long string may reach before its quotes count as never closed. */
const STRING_MAX = 65_536

/** The statements of a text in Turtle, those of one piece together. Strings, IRIs and comments are known, so that a dot within them ends nothing. */
export async function * statements (bytes: Readable): AsyncGenerator<Statement[]> {
  const scanner = new Scanner()
  for await (const piece of decoded(bytes)) {
    const found = scanner.read(piece, false)
    if (found.length > 0) yield found
  }
  yield scanner.read('', true)
}

const NEVER_CLOSED = reject('bad_quote', null, 'A long string is not closed', 'What begins with three quotes ends with three quotes.')

const SPACE = /\s*/y
const KEYWORD = /(?:PREFIX|BASE)[\s<]/iy
const SPARQL = /(?:PREFIX\s+[^\s:<>]*:\s*|BASE\s*)<[^\s<>]*>/iy
const SPARQL_MAX = 10_000
const DIRECTIVE = /^(?:@(?:prefix|base)|PREFIX|BASE)\b/i
const SPECIAL = /[<"'#.\\]/g
const IRI = /<[^\s<>]*/y
const STRING = /"[^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*"|'[^'\\\n\r]*(?:\\[^\n\r][^'\\\n\r]*)*'/y
/** What stands before or behind a dot that ends a statement; any other is part of a name or a number. */
const BEFORE = /[\s>"')\]]/
const BEHIND = /[\s#<"'[(@]/

/** What a step of the scanner comes to, if not to a place. */
const MORE = -1 // text is needed
const UNCLOSED = -2

function match (form: RegExp, text: string, at: number): number {
  form.lastIndex = at
  return form.test(text) ? form.lastIndex : MORE
}

class Scanner {
  private text = ''
  private from = 0 // where the statement begins
  private line = 1 // and on which line
  private at = 0 // how far it is scanned
  private isSkipping = false // the rest of one that is too long
  private isLast = false

  /** The statements that end within what is known by now; `isLast`: no more text will come. */
  read (piece: string, isLast: boolean): Statement[] {
    this.text = this.text.slice(this.from) + piece
    this.at -= this.from
    this.from = 0
    this.isLast = isLast
    const found: Statement[] = []
    while (this.step(found));
    if (isLast && this.from < this.text.length) this.end(this.text.length, found)
    if (this.text.length - this.from > LINE_MAX) this.skip(found)
    return found
  }

  private step (found: Statement[]): boolean {
    return this.at === this.from && !this.isSkipping ? this.begin(found) : this.goOn(found)
  }

  /** Passes over what is before a statement, and takes a directive that ends without a dot; false where more text is needed. */
  private begin (found: Statement[]): boolean {
    this.goTo(match(SPACE, this.text, this.from))
    if (this.text[this.from] === '#') return this.comment()
    const left = this.text.length - this.from
    if (left === 0 || (left < 7 && !this.isLast)) return false
    if (match(KEYWORD, this.text, this.from) === MORE) return this.goOn(found)
    const end = match(SPARQL, this.text, this.from)
    if (end !== MORE) this.end(end, found)
    else if (left < SPARQL_MAX && !this.isLast && !this.text.includes('>', this.from)) return false
    else return this.goOn(found)
    return true
  }

  private comment (): boolean {
    const newline = this.text.indexOf('\n', this.from)
    if (newline === -1) this.text = this.isLast ? '' : '#' // the rest of it says nothing
    if (newline === -1) this.from = this.at = 0
    else this.goTo(newline + 1)
    return newline !== -1
  }

  /** On to behind the next special character, or to the end of the statement; false where more text is needed. */
  private goOn (found: Statement[]): boolean {
    SPECIAL.lastIndex = this.at
    const special = SPECIAL.exec(this.text)
    this.at = special?.index ?? this.text.length
    const to = special === null ? MORE : this.past(special[0])
    if (to === MORE) return false
    if (to === UNCLOSED) this.end(endOf(this.text, this.at), found, NEVER_CLOSED)
    else if (special![0] === '.' && this.isEnd()) this.end(to, found)
    else this.at = to
    return true
  }

  private past (special: string): number {
    const next = this.at + 1
    if (special === '#') return this.known(this.text.indexOf('\n', this.at), this.text.length)
    if (next === this.text.length && !this.isLast) return MORE
    if (special === '\\') return Math.min(next + 1, this.text.length)
    if (special === '.') return next
    if (special === '<') return this.iri()
    return this.text.length - this.at < 3 && !this.isLast ? MORE : this.string(special)
  }

  private iri (): number {
    const end = match(IRI, this.text, this.at)
    if (end === this.text.length && !this.isLast) return MORE
    return this.text[end] === '>' ? end + 1 : this.at + 1
  }

  private string (quote: string): number {
    const quotes = quote.repeat(3)
    if (this.text.startsWith(quotes, this.at)) return this.longString(quotes)
    const end = match(STRING, this.text, this.at)
    if (end !== MORE) return end
    return this.text.includes('\n', this.at) || this.isLast ? this.at + 1 : MORE
  }

  private longString (quotes: string): number {
    let close = this.text.indexOf(quotes, this.at + 3)
    while (close !== -1 && isEscaped(this.text, close)) close = this.text.indexOf(quotes, close + 1)
    while (close !== -1 && this.text[close + 3] === quotes[0]) close++ // a quote at the end of what is said
    const end = close === -1 ? this.text.length : close + 3
    if (end - this.at > STRING_MAX) return UNCLOSED
    if (end === this.text.length && !this.isLast) return MORE
    return close === -1 ? UNCLOSED : end
  }

  private known (found: number, last: number): number {
    return found === -1 && this.isLast ? last : found
  }

  private isEnd (): boolean {
    const [before = ' ', behind = ' '] = [this.text[this.at - 1], this.text[this.at + 1]]
    return BEHIND.test(behind) || (BEFORE.test(before) && !/\d/.test(behind))
  }

  private end (to: number, found: Statement[], fault: Rejection | null = null): void {
    const text = this.text.slice(this.from, to)
    if (!this.isSkipping) found.push({ line: this.line, text, isDirective: DIRECTIVE.test(text), fault })
    this.isSkipping = false
    this.goTo(to)
  }

  private skip (found: Statement[]): void {
    if (!this.isSkipping) found.push({ line: this.line, text: this.text.slice(this.from, this.from + RAW_KEPT), isDirective: false, fault: TOO_LONG })
    this.isSkipping = true
    this.goTo(this.text.length)
  }

  private goTo (to: number): void {
    for (let newline = this.text.indexOf('\n', this.from); newline !== -1 && newline < to; newline = this.text.indexOf('\n', newline + 1)) this.line++
    this.from = this.at = to
  }
}

const endOf = (text: string, at: number) => text.includes('\n', at) ? text.indexOf('\n', at) : text.length
function isEscaped (text: string, at: number): boolean {
  let from = at
  while (text[from - 1] === '\\') from--
  return (at - from) % 2 === 1
}
