import { Parser, type Quad as ParsedQuad, type Term as ParsedTerm } from 'n3'
import type { Readable } from 'node:stream'
import type { Rejection } from '../../models/imports.js'
import type { Fact } from '../../models/triple.js'
import type { Description } from '../graph/ingest.js'
import { LINE_MAX, RAW_KEPT, TOO_LONG } from './lines.js'
import { Meaning, type Quad, type Term } from './rdf.js'
import { isRejection, reject, short, type Line, type Source } from './rows.js'
import { statements, type Statement } from './statements.js'

/** Statements are parsed so many together, since a parser costs more than a statement. */
const BATCH = 500
const PREFIXES_MAX = 1_000
/** The most triples of one statement, each of which may become a fact in memory. */
const TRIPLES_MAX = 100_000

/** Turtle, statement by statement: a broken one is refused alone, or with those that begin on the same line. */
export async function * turtle (given: Source): AsyncGenerator<Line> {
  const meaning = new Meaning(given)
  const names = new Names()
  for await (const some of byLine(given.text)) {
    for (const batch of batches(some)) {
      const read = batch[0]!.isDirective ? names.take(batch[0]!) : null
      if (read !== null) yield refused(batch[0]!, read, names)
      if (batch[0]!.isDirective) continue
      const parsed = names.parse(batch)
      for (const [i, one] of batch.entries()) {
        const told = meant(parsed[i]!, meaning)
        yield isRejection(told) ? refused(one, told, names) : { line: one.line, raw: one.text, header: names.header(), ...told }
      }
    }
  }
}

const refused = ({ line, text }: Statement, rejected: Rejection, names: Names): Line =>
  ({ line, rejected, raw: text.length > LINE_MAX ? text.slice(0, RAW_KEPT) : text, header: names.header() })

/** Statements that begin on one line as one, each piece of the file's together. */
async function * byLine (bytes: Readable): AsyncGenerator<Statement[]> {
  const pending: Statement[] = []
  for await (const some of statements(bytes)) {
    for (const one of some) {
      const last = pending.at(-1)
      if (last?.line === one.line) pending[pending.length - 1] = joined(last, one)
      else pending.push(one)
    }
    if (pending.length > 1) yield pending.splice(0, pending.length - 1)
  }
  yield pending
}

/** More than a line may have is not held. */
const joined = (last: Statement, { text, isDirective, fault }: Statement): Statement => last.text.length > LINE_MAX
  ? last
  : { ...last, text: `${last.text} ${text}`, isDirective: last.isDirective && isDirective, fault: last.fault ?? fault }

function * batches (all: Statement[]): Generator<Statement[]> {
  let batch: Statement[] = []
  for (const one of all) {
    if (batch.length > 0 && (one.isDirective || batch.length === BATCH)) {
      yield batch
      batch = []
    }
    if (one.isDirective) yield [one]
    else batch.push(one)
  }
  if (batch.length > 0) yield batch
}

function meant (parsed: ParsedQuad[] | Rejection, meaning: Meaning): { facts: Fact[], nodes: Description[] } | Rejection {
  if (isRejection(parsed)) return parsed
  const told: { facts: Fact[], nodes: Description[] } = { facts: [], nodes: [] }
  for (const quad of parsed) {
    const read = meaning.read(quadOf(quad))
    if (isRejection(read)) return read
    told.facts.push(...read.facts)
    told.nodes.push(...read.nodes ?? [])
  }
  return told
}

const quadOf = ({ subject, predicate, object }: ParsedQuad): Quad =>
  ({ subject: termOf(subject), predicate: termOf(predicate), object: termOf(object), graph: null })

function termOf (term: ParsedTerm): Term {
  if (term.termType === 'NamedNode') return { iri: term.value }
  return term.termType === 'Literal' ? { literal: term.value, language: term.language } : { blank: term.value }
}

const MARK = 'urn:teraffi:statement'
const STATEMENT = 'A statement is <subject> <predicate> <object> or "text", and ends with a dot.'
const badStatement = (error: unknown) =>
  reject('bad_statement', null, short((error as Error).message.replace(/ on line \d+\.?$/, '')), STATEMENT)

/** The prefixes and the base by which statements are understood. */
class Names {
  private readonly prefixes = new Map<string, string>()
  private base = ''
  private head: string | null = null

  /** A directive, or several of one line; what is wrong with it. */
  take ({ text, fault }: Statement): Rejection | null {
    if (fault !== null) return fault
    const prefixes = new Map<string, string>()
    try {
      const [base] = new Parser({ format: 'text/turtle', baseIRI: this.base }).parse(
        `${this.prologue()}${text}\n<> <> <> .`, null, (prefix, iri) => { prefixes.set(prefix, iri.value) })
      this.base = base?.subject.value ?? ''
    } catch (error) {
      return badStatement(error)
    }
    for (const [prefix, iri] of prefixes) this.prefixes.set(prefix, iri)
    this.head = null
    return this.prefixes.size <= PREFIXES_MAX ? null : reject('bad_statement', null, `There are more than ${PREFIXES_MAX} prefixes`, 'Write IRIs in full.')
  }

  /** What each statement says: many are parsed together, and one by one where one of them is broken. */
  parse (batch: Statement[]): (ParsedQuad[] | Rejection)[] {
    try {
      const parsed = batch.some(({ fault }) => fault !== null) ? [] : this.together(batch)
      if (parsed.length === batch.length) return parsed
    } catch {
      // One of them is broken; read alone, each says for itself.
    }
    return batch.map((one) => this.alone(one))
  }

  private together (batch: Statement[]): ParsedQuad[][] {
    const parsed: ParsedQuad[][] = [[]]
    for (const quad of this.quads(batch.map(({ text }, i) => `${text}\n<${MARK}> <${MARK}> "${i}" .`).join('\n'))) {
      if (quad.subject.value === MARK && quad.object.value === String(parsed.length - 1)) parsed.push([])
      else parsed.at(-1)!.push(quad)
    }
    return parsed.pop()!.length === 0 ? parsed.map(bounded) : []
  }

  private alone ({ text, fault }: Statement): ParsedQuad[] | Rejection {
    if (fault !== null || text.length > LINE_MAX) return fault ?? TOO_LONG
    try {
      return bounded(this.quads(text))
    } catch (error) {
      return error instanceof RangeError ? TOO_LONG : badStatement(error)
    }
  }

  private quads (text: string): ParsedQuad[] {
    return new Parser({ format: 'text/turtle', baseIRI: this.base }).parse(this.prologue() + text)
  }

  private prologue (): string {
    return [...this.prefixes].map(([prefix, iri]) => `@prefix ${prefix}: <${iri}> .\n`).join('')
  }

  /** What statements need to be read alone; nothing where there is nothing. */
  header (): string | undefined {
    this.head ??= ((this.base === '' ? '' : `@base <${this.base}> .\n`) + this.prologue()).trimEnd()
    return this.head || undefined
  }
}

function bounded (quads: ParsedQuad[]): ParsedQuad[] {
  if (quads.length > TRIPLES_MAX) throw new RangeError(`more than ${TRIPLES_MAX} triples`)
  return quads
}
