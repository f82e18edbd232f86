import type { Format } from '../../models/imports.js'
import { jsonl } from './jsonl.js'
import { checkMapping } from './mapping.js'
import { ntriples } from './ntriples.js'
import { pairs } from './pairs.js'
import type { Line, Source } from './rows.js'
import { table } from './tables.js'
import { prose } from './texts.js'
import { turtle } from './turtle.js'

type Reader = (given: Source) => AsyncGenerator<Line>

const checked = (read: Reader): Reader => (given) => {
  checkMapping(given.mapping)
  return read(given)
}

/** What makes rows of a file, by its format. A mapping to what is not there is invalid_argument. */
export const readers: Record<Format, Reader> = {
  pairs: checked(pairs),
  triples: checked((given) => table(',', given)),
  tsv: checked((given) => table('\t', given)),
  jsonl: checked(jsonl),
  ntriples: checked((given) => ntriples(given, false)),
  nquads: checked((given) => ntriples(given, true)),
  turtle: checked(turtle),
  text: checked(prose)
}
