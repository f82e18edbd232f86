import { basename } from 'node:path'
import type { ImportCounts, ImportState } from '../../models/imports.js'
import { openForesight, type Foreseen } from '../graph/foresee.js'
import type { Graph } from '../graph/graph.js'
import { ingest } from '../graph/ingest.js'
import { meant } from '../graph/link.js'
import type { Batch, Position } from './batches.js'
import { reject, type Refused } from './rows.js'
import type { ImportRequest } from './run.js'

/** `counts`: of all that is in by now; `exists`: rows that are refused since what they say is known; `canceling`: somebody wants it to stop. */
interface Written { counts: ImportCounts, exists: Refused[], canceling: boolean }
export interface Progress { at: Position, counts: ImportCounts }
export type Writer = ReturnType<typeof writing> | ReturnType<typeof foreseeing>
interface File { importId: string, at: string, totalBytes: number, bytesRead: () => number }

/** Writes batches, each with the mark of how far the file is in. */
export function writing (graph: Graph, tenantId: string, { path, name = basename(path), format, mode, supervised = false }: ImportRequest, file: File) {
  const { importId, totalBytes, bytesRead, at } = { ...file, at: file.at || new Date().toISOString() }
  const mark = (state: ImportState, { at: { lines, within }, counts }: Progress, error = '') => ({
    tenantId,
    importId,
    mark: { path: name, format, state, lines, within, ...counts, bytes: bytesRead(), totalBytes, at, error, ...state === 'running' ? {} : { canceling: null } }
  })
  return {
    difference: () => undefined,
    async batch (batch: Batch, before: ImportCounts): Promise<Written> {
      let [counts, canceling] = [before, false]
      const facts = await meant(graph, tenantId, batch.facts)
      const { refused } = await ingest(graph, tenantId, facts, nodesOf(batch), {
        now: at,
        onlyNew: mode === 'create',
        async also (run, ingested) {
          counts = outcomeOf(batch, before, ingested)
          const [marked] = await run<{ canceling: boolean }>('graph/import-mark', mark('running', { at: batch, counts }))
          canceling = marked!.canceling
        }
      })
      return { counts, exists: refused.map((i) => known(batch, i)), canceling }
    },
    end: async (state: ImportState, progress: Progress, error = '') => {
      if (!supervised || state === 'succeeded') await graph.write((run) => run('graph/import-mark', mark(state, progress, error)))
    }
  }
}

/** Writes nothing, and adds up what would be other than before. */
export function foreseeing (graph: Graph, tenantId: string, { mode }: ImportRequest) {
  const { foresee, difference } = openForesight(graph, tenantId, { now: new Date().toISOString(), onlyNew: mode === 'create' })
  return {
    difference,
    async batch (batch: Batch, before: ImportCounts): Promise<Written> {
      const foreseen = await foresee(await meant(graph, tenantId, batch.facts), nodesOf(batch))
      return { counts: outcomeOf(batch, before, foreseen), exists: foreseen.refused.map((i) => known(batch, i)), canceling: false }
    },
    end: async () => {}
  }
}

/** Of rows that describe one new node the first makes it, the others add to it. */
export function outcomeOf (batch: Batch, before: ImportCounts, { created, merged, refused, nodes }: Foreseen): ImportCounts {
  const fresh = [...nodes.values()].filter(({ isNew }) => isNew).length
  const told = [...nodes.keys()].reduce((rows, id) => rows + batch.nodes.get(id)!.rows, 0)
  const rejected = batch.rejected + refused.length
  return {
    read: before.read + batch.read,
    created: before.created + created + fresh,
    merged: before.merged + merged + told - fresh,
    duplicate: before.duplicate + batch.read - rejected - created - merged - told,
    rejected: before.rejected + rejected
  }
}

export const nodesOf = ({ nodes }: Batch) => [...nodes.values()].map(({ node }) => node)

function known (batch: Batch, i: number): Refused {
  const { subject, object } = batch.facts[i]!
  const hint = 'Leave the row out, or import with mode upsert, which adds to what is known.'
  const rejected = reject('exists', null, `What is between "${subject.id}" and "${object.id}" is known already`, hint)
  const { line, raw = '', header } = batch.of[i]!
  return { line, rejected, raw, header }
}
