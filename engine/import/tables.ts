import { EngineError } from '../errors.js'
import { adminReader } from './admin.js'
import { records, type Row } from './csv.js'
import { COLUMNS, isBroken, mapped, readTriple, reject, short, type Column, type Line, type Source, type TripleRow } from './rows.js'
import type { Rejection } from '../../models/imports.js'
import type { Fact } from '../../models/triple.js'
import type { Description } from '../graph/ingest.js'

/** What a header makes of the fields of a row, and the columns that it does not know. */
export interface TableReader { read: (fields: string[]) => { facts: Fact[], nodes?: Description[] } | Rejection, ignored: string[] }

/**
 * CSV or TSV with a header: that of triples (subject, predicate, object, and what it has of types, polarity, modality, confidence, source
 * and validity), or that of nodes or relationships as neo4j-admin reads them.
 */
export async function * table (delimiter: ',' | '\t', given: Source): AsyncGenerator<Line> {
  let head: Head | null = null
  let isFirst = true
  for await (const rows of records(given.text, delimiter)) {
    for (const row of rows) {
      if (head === null) {
        head = headOf(row, given)
        continue
      }
      const line = lineOf(row, head)
      if (isFirst && head.reader.ignored.length > 0) line.ignored = head.reader.ignored
      isFirst = false
      yield line
    }
  }
}

interface Head { raw: string, columns: number, reader: TableReader }

function headOf (row: Row, given: Source): Head {
  if (row.rejected !== undefined) throw new EngineError('invalid_argument', `the header cannot be read: ${row.rejected.message}. ${row.rejected.hint}`)
  const names = row.fields.map((name) => mapped(given.mapping.columns, name) ?? name)
  const twice = names.find((name, i) => name !== '' && name !== ':IGNORE' && names.indexOf(name) !== i)
  if (twice !== undefined) throw new EngineError('invalid_argument', `two columns are "${short(twice)}"; name one of them otherwise`)
  return { raw: row.raw, columns: names.length, reader: adminReader(names, given) ?? tripleReader(names, given) }
}

function lineOf (row: Row, { raw: header, columns, reader }: Head): Line {
  const { line, raw } = row
  const read = row.rejected ?? (tooMany(row.fields, columns) ? TOO_MANY : reader.read(row.fields))
  return 'hint' in read ? { line, rejected: read, raw, header } : { line, raw, header, ...read }
}

/** Fields that are empty may be more than the columns. */
const tooMany = (fields: string[], columns: number) => fields.length > columns && fields.slice(columns).some((field) => field !== '')
const TOO_MANY = reject('too_many_fields', null, 'The row has more fields than the header', 'Put fields that hold the delimiter in quotes.')

function tripleReader (names: string[], given: Source): TableReader {
  const isKnown = (name: string): name is Column => (COLUMNS as readonly string[]).includes(name)
  const known = names.flatMap((name, i) => isKnown(name) ? [{ name, i }] : [])
  const ignored = names.filter((name) => name !== '' && !isKnown(name))
  const read = (fields: string[]) => {
    const row: TripleRow = {}
    for (const { name, i } of known) row[name] = fields[i]
    const fact = readTriple(row, given)
    return 'hint' in fact ? fact : { facts: [fact] }
  }
  return { read, ignored: ignored.filter((name) => !isBroken(name)).map(short) }
}
