import type { Format } from '../../models/imports.js'
import { jsonl } from './jsonl.js'
import { ntriples } from './ntriples.js'
import { pairs } from './pairs.js'
import type { Line, Source } from './rows.js'
import { table } from './tables.js'
import { prose } from './texts.js'
import { turtle } from './turtle.js'

/** What makes rows of a file, by its format. */
export const readers: Record<Format, (given: Source) => AsyncGenerator<Line>> = {
  pairs,
  triples: (given) => table(',', given),
  tsv: (given) => table('\t', given),
  jsonl,
  ntriples: (given) => ntriples(given, false),
  nquads: (given) => ntriples(given, true),
  turtle,
  text: prose
}
