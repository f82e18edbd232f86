/** The forms of files that are imported: `triples` is CSV. */
export const FORMATS = ['pairs', 'triples', 'tsv', 'jsonl'] as const
export type Format = (typeof FORMATS)[number]

const ENDINGS: Record<string, Format> = { csv: 'triples', tsv: 'tsv', tab: 'tsv', jsonl: 'jsonl', ndjson: 'jsonl' }

/** By the name of a file, also of a gzipped one; null where that tells nothing. */
export function formatOf (path: string): Format | null {
  const [, ending = ''] = /\.(\w+)(?:\.gz)?$/.exec(path.toLowerCase()) ?? []
  return ENDINGS[ending] ?? null
}
