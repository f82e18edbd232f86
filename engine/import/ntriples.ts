import { EVIDENCE, EXPORT_MARK, NODE } from './iri.js'
import { readObject } from './jsonl.js'
import { lines, TOO_LONG } from './lines.js'
import { Meaning, type Quad, type Term } from './rdf.js'
import { isRejection, reject, type Line, type Source } from './rows.js'

/** N-Triples or N-Quads (`hasGraphs`), where the graph is the source of what is said. Of an export the lines that hold all of it are read. */
export async function * ntriples (given: Source, hasGraphs: boolean): AsyncGenerator<Line> {
  const meaning = new Meaning(given)
  let isExport = false
  const told = (raw: string) => {
    const quad = quadOf(raw, hasGraphs)
    return isRejection(quad) ? quad : isExport ? exported(quad, given) : meaning.read(quad)
  }
  for await (const some of lines(given.text)) {
    for (const { line, raw, tooLong } of some) {
      isExport ||= line === 1 && raw === EXPORT_MARK
      const read = NOTHING.test(raw) ? null : tooLong ? TOO_LONG : told(raw)
      if (read !== null) yield isRejection(read) ? { line, rejected: read, raw } : { line, raw, ...read }
    }
  }
}

/** The JSON that a line of an export holds; null where it is what one says once more, for those who do not know its JSON. */
function exported ({ predicate, object }: Quad, given: Source) {
  const isJson = 'iri' in predicate && (predicate.iri === NODE || predicate.iri === EVIDENCE)
  return isJson && 'literal' in object ? readObject(object.literal, given) : null
}

const NOTHING = /^\s*(?:#|$)/
const ESCAPE = String.raw`\\u[\da-fA-F]{4}|\\U[\da-fA-F]{8}`
const IRI = new RegExp(String.raw`<([A-Za-z][A-Za-z0-9+.-]*:(?:[^\s\p{Cc}<>"{}|^\x60\\]|${ESCAPE})*)>`, 'uy')
const BLANK = /_:([\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.·-]*[\p{L}\p{M}\p{N}_·-])?)/uy
const LITERAL = /"([^"\\\n\r]*(?:\\.[^"\\\n\r]*)*)"/uy
const DATATYPE = /\s*\^\^\s*(?=<)/uy
const LANGUAGE = /@([A-Za-z]+(?:-[A-Za-z0-9]+)*)/uy
const SPACE = /[ \t]*/uy
const END = /\.[ \t]*(?:#.*)?$/uy

/** A place in a line that moves on with what is found there. */
class Cursor {
  private at = 0
  constructor (private readonly text: string) {}

  take (form: RegExp): string | null {
    form.lastIndex = this.at
    const found = form.exec(this.text)
    if (found === null) return null
    this.at = form.lastIndex
    return found[1] ?? found[0]
  }

  spaced (form: RegExp): string | null {
    this.take(SPACE)
    return this.take(form)
  }
}

const BAD = reject('bad_statement', null, 'The line is no statement', 'A statement is <subject> <predicate> <object> or "text", and ends with a dot.')

function quadOf (raw: string, hasGraphs: boolean): Quad | typeof BAD {
  const cursor = new Cursor(raw)
  const subject = node(cursor)
  const predicate = subject && iri(cursor)
  const object = predicate && (node(cursor) ?? literal(cursor))
  const graph = object && hasGraphs ? node(cursor) : null
  return object && predicate && subject && cursor.spaced(END) !== null ? { subject, predicate, object, graph } : BAD
}

const node = (cursor: Cursor): Term | null => iri(cursor) ?? blank(cursor)

function iri (cursor: Cursor): Term | null {
  const text = cursor.spaced(IRI)
  const plain = text === null ? null : plainText(text)
  return plain === null ? null : { iri: plain }
}

function blank (cursor: Cursor): Term | null {
  const text = cursor.spaced(BLANK)
  return text === null ? null : { blank: text }
}

function literal (cursor: Cursor): Term | null {
  const text = cursor.spaced(LITERAL)
  const plain = text === null ? null : plainText(text)
  if (plain === null) return null
  if (cursor.take(DATATYPE) !== null && cursor.take(IRI) === null) return null
  return { literal: plain, language: cursor.take(LANGUAGE) ?? '' }
}

const ESCAPES: Record<string, string> = { t: '\t', b: '\b', n: '\n', r: '\r', f: '\f', '"': '"', "'": "'", '\\': '\\' }
const ESCAPED = /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gsu

/** The text that its escapes stand for; null where one stands for nothing. */
function plainText (text: string): string | null {
  if (!text.includes('\\')) return text
  let isWrong = false
  const plain = text.replace(ESCAPED, (_, four?: string, eight?: string, one?: string) => {
    const code = parseInt(four ?? eight ?? '', 16)
    const letter = one === undefined ? code <= 0x10ffff ? String.fromCodePoint(code) : undefined : ESCAPES[one]
    isWrong ||= letter === undefined
    return letter ?? ''
  })
  return isWrong ? null : plain
}
