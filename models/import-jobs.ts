import { Type, type Static } from 'typebox'
import { FORMATS, IMPORT_STATES, MODES, type Format, type ImportState, type Mode } from './imports.js'

const oneOf = <T extends string> (values: readonly T[], description?: string) =>
  Type.Unsafe<T>(Type.String({ enum: [...values], ...description !== undefined && { description } }))
const orNull = <T> (type: 'string' | 'number', description: string) => Type.Unsafe<T | null>({ type: [type, 'null'], description })
const Strict = { additionalProperties: false } as const

/** The id is made of the content and the format, so the same file is the same import. */
export const ImportId = Type.String({ pattern: '^i[0-9a-f]{12}-[a-z0-9-]{1,40}$' })

/** What became of the rows. `created`, `merged`, `duplicate` and `rejected` add up to `read`. */
const counts = { read: Type.Integer(), created: Type.Integer(), merged: Type.Integer(), duplicate: Type.Integer(), rejected: Type.Integer() }

/** An import, waiting, running or ended. `bytes` of `totalBytes` are read. */
export const Import = Type.Object({
  importId: ImportId,
  name: Type.String({ description: 'of the file, as it was told' }),
  format: Type.Unsafe<Format>(Type.String()),
  state: oneOf<ImportState>(IMPORT_STATES),
  ...counts,
  lines: Type.Integer({ description: 'up to which the file is in the graph' }),
  bytes: Type.Integer(),
  totalBytes: Type.Integer(),
  rowsPerSecond: orNull<number>('number', 'while it runs'),
  secondsLeft: orNull<number>('number', 'while it runs, by what it has read so far'),
  at: Type.String({ description: 'when it was asked for, ISO 8601' }),
  startedAt: orNull<string>('string', 'when it was last begun or gone on with'),
  endedAt: orNull<string>('string', 'when it ended'),
  error: Type.String({ description: 'why it failed' })
})
export type Import = Static<typeof Import>

/** How a file is imported; the file itself is the body. */
export const ImportOptions = Type.Object({
  format: Type.Optional(oneOf(FORMATS, 'where neither the content type nor the name tells it')),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'of the file, to know it by' })),
  mode: Type.Optional(oneOf<Mode>(MODES, 'create: what is known already from elsewhere is refused')),
  onError: Type.Optional(oneOf(['continue', 'abort'] as const, 'at the first row that is refused')),
  dryRun: Type.Optional(Type.Boolean({ description: 'only tell what would change' })),
  mapping: Type.Optional(Type.String({ maxLength: 4_000, description: 'JSON: what the columns, types and predicates of the file stand for' }))
}, Strict)
export type ImportOptions = Static<typeof ImportOptions>

const names = (values: object) => Type.Optional(Type.Record(Type.String({ maxLength: 300 }), Type.Unsafe<string>(values)))
/** See `Mapping`; its labels and relations are asked of the vocabulary where it is read. */
export const MappingInput = Type.Object({
  columns: names({ type: 'string', maxLength: 300 }), labels: names({ type: 'string', maxLength: 100 }), relations: names({ type: 'string', maxLength: 100 })
}, Strict)

/** What a dry run tells: what would become of the rows, and of the graph. */
export const DryRun = Type.Object({ importId: ImportId, ...counts, diff: Type.Optional(Type.Unknown({ description: 'nodes and facts: new, changed, merged; rejectedBy: rows by code' })) })

export const ImportsPage = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'the next page of a list: its meta.cursor' }))
}, Strict)
export type ImportsPage = Static<typeof ImportsPage>

export const ImportErrorsRequest = Type.Object({
  format: Type.Optional(oneOf(['json', 'file'] as const, 'file: the rows that were refused, as they were, under their header')),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
  cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: 'the next page: meta.cursor' }))
}, Strict)
export type ImportErrorsRequest = Static<typeof ImportErrorsRequest>

/** Why a row was refused, and how to mend it. */
export const ImportError = Type.Object({
  line: Type.Integer(), column: orNull<string>('string', 'null: the whole row'), code: Type.String(), message: Type.String(), hint: Type.String()
})

/** `removed`: facts for which nothing else spoke; `kept`: facts for which something else still speaks. */
export const Undone = Type.Object({ importId: ImportId, removed: Type.Integer(), kept: Type.Integer() })

/** What a body may be, and the ending of a file of that kind; '' where the type does not tell. */
export const MEDIA_TYPES: Record<string, string> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/x-ndjson': 'jsonl',
  'application/n-triples': 'nt',
  'application/n-quads': 'nq',
  'text/turtle': 'ttl',
  'text/plain': '',
  'application/gzip': '',
  'application/octet-stream': ''
}
