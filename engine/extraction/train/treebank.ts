import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** A sentence of a treebank: heads count words from 1, and 0 is the root. Relations without their subtypes, but for those kept in SUBTYPES. */
export interface Tree { words: string[], tags: string[], heads: number[], labels: string[] }

const SUBTYPES = new Set(['nsubj:pass', 'aux:pass', 'acl:relcl', 'compound:prt', 'nmod:poss', 'csubj:pass', 'obl:agent', 'obl:unmarked', 'nmod:unmarked'])

/** The sentences of a CoNLL-U file, gzipped. */
export function readTreebank (file: string): Tree[] {
  const blocks = gunzipSync(readFileSync(file)).toString('utf8').split('\n\n')
  return blocks.map((block) => {
    const rows = block.split('\n').map((line) => line.split('\t')).filter((cells) => /^\d+$/.test(cells[0]!))
    return {
      words: rows.map((cells) => cells[1]!),
      tags: rows.map((cells) => cells[4]!),
      heads: rows.map((cells) => Number(cells[6])),
      labels: rows.map((cells) => labelOf(cells[7]!))
    }
  }).filter(({ words }) => words.length > 0)
}

const labelOf = (label: string): string => SUBTYPES.has(label) ? label : label.split(':')[0]!
