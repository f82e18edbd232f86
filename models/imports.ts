import type { Label, Relation } from './vocabulary.js'

/** The forms of files that are imported: `triples` is CSV, `text` is prose. A table may have the header of neo4j-admin instead. */
export const FORMATS = ['pairs', 'triples', 'tsv', 'jsonl', 'ntriples', 'nquads', 'turtle', 'text'] as const
export type Format = (typeof FORMATS)[number]

const ENDINGS: Record<string, Format> = {
  csv: 'triples', tsv: 'tsv', tab: 'tsv', jsonl: 'jsonl', ndjson: 'jsonl', nt: 'ntriples', nq: 'nquads', ttl: 'turtle', md: 'text'
}
/** The forms in which a tenant is exported. */
export const EXPORT_FORMATS = ['jsonl', 'ntriples'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** By the name of a file, also of a gzipped one; null where that tells nothing. */
export function formatOf (path: string): Format | null {
  const [, ending = ''] = /\.(\w+)(?:\.gz)?$/.exec(path.toLowerCase()) ?? []
  return Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending]! : null
}

/** What the names in a file stand for: its columns, its types (also ID spaces), its predicates. */
export interface Mapping { columns?: Record<string, string>, labels?: Record<string, Label>, relations?: Record<string, Relation> }

/** `create`: what is known already from elsewhere is refused (`exists`); `upsert`: it is merged. */
export const MODES = ['upsert', 'create'] as const
export type Mode = (typeof MODES)[number]

/** Why a row is refused: where in it (null: the whole row), what is wrong, how to mend it. */
export interface Rejection { code: string, column: string | null, message: string, hint: string }
/** The line on which the row begins, from 1. */
export type RowError = { line: number } & Rejection

/** What became of what was read; the four add up to `read`. */
export interface ImportCounts { read: number, created: number, merged: number, duplicate: number, rejected: number }

export const IMPORT_STATES = ['queued', 'running', 'succeeded', 'failed', 'canceled'] as const
export type ImportState = (typeof IMPORT_STATES)[number]

/** An import as it is stored. `lines`: up to which it is in the graph; `error`: why it failed. */
export interface ImportSummary extends ImportCounts {
  importId: string, path: string, format: string, state: ImportState, lines: number, bytes: number, totalBytes: number, at: string, error: string
}
