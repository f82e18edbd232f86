import type { Format } from '../../models/imports.js'
import { jsonl } from './jsonl.js'
import { pairs } from './pairs.js'
import type { Line, Source } from './rows.js'
import { table } from './tables.js'

/** What makes rows of a file, by its format. */
export const readers: Record<Format, (given: Source) => AsyncGenerator<Line>> = {
  pairs,
  triples: (given) => table(',', given),
  tsv: (given) => table('\t', given),
  jsonl
}
