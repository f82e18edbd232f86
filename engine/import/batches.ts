import type { Fact } from '../../models/triple.js'
import type { Description } from '../graph/ingest.js'
import type { Line, Read, Refused } from './rows.js'

/** How far a file is in: so many lines, and so many facts of the row after them. */
export interface Position { lines: number, within: number }

/**
 * Rows that are written in one transaction, and where the file is in then. `read` of them are facts, descriptions (some of one node) and refused
 * rows; `duplicate`: what was in before. `of`: the row that each fact is from; `rows`: how many describe a node.
 */
export interface Batch extends Position {
  facts: Fact[], of: Read[], nodes: Map<string, { node: Description, rows: number }>, read: number, duplicate: number, rejected: number
}

export interface Cutting {
  /** What is before is in. */
  from: Position
  /** Whether that is told again, as known already, or not at all. */
  recount: boolean
  /** Facts and descriptions in a batch. */
  size: number
  onRefused: (row: Refused) => Promise<void>
  /** Whether the first refused row is the last. */
  abort: boolean
}

/** Cuts rows into batches, a row with many facts into several. The same rows from the same position are cut at the same places. */
export async function * batches (rows: AsyncIterable<Line>, { from, recount, size, onRefused, abort }: Cutting): AsyncGenerator<Batch> {
  let batch = startedAt(from)
  for await (const row of rows) {
    if (row.rejected !== undefined) await onRefused(row)
    if (row.line <= from.lines) {
      if (recount) recall(batch, row)
    } else if (row.rejected !== undefined) {
      Object.assign(batch, { lines: row.line, within: 0, read: batch.read + 1, rejected: batch.rejected + 1 })
    } else {
      take(batch, row, size)
      while (batch.within > 0) { // there is more of this row
        yield batch
        batch = startedAt(batch)
        take(batch, row, size)
      }
    }
    if (abort && row.rejected !== undefined) break
    if (batch.facts.length + batch.nodes.size < size) continue
    yield batch
    batch = startedAt(batch)
  }
  yield batch
}

const startedAt = ({ lines, within }: Position): Batch => ({ lines, within, facts: [], of: [], nodes: new Map(), read: 0, duplicate: 0, rejected: 0 })

/** Counts a row that is in. */
function recall (batch: Batch, row: Line): void {
  const told = row.rejected === undefined ? row.facts.length + (row.nodes ?? []).length : 1
  batch.read += told
  batch[row.rejected === undefined ? 'duplicate' : 'rejected'] += told
}

/** As much of a row as there is room for. What several rows say of one node comes together; a later one prevails. */
function take (batch: Batch, row: Read, size: number): void {
  for (const node of batch.within === 0 ? row.nodes ?? [] : []) {
    const { node: before, rows = 0 } = batch.nodes.get(node.id) ?? {}
    batch.nodes.set(node.id, { node: { ...before, ...node, properties: { ...before?.properties, ...node.properties } }, rows: rows + 1 })
    batch.read++
  }
  const some = row.facts.slice(batch.within, batch.within + size - batch.facts.length)
  for (const fact of some) {
    batch.facts.push(fact)
    batch.of.push(row)
  }
  batch.read += some.length
  batch.within += some.length
  if (batch.within === row.facts.length) Object.assign(batch, { lines: row.line, within: 0 })
}
