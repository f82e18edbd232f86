import { createHash } from 'node:crypto'
import { exactSpace, type ExactSpace } from './exact.js'
import { hnswSpace, type HnswSpace, type loadHnswlib } from './hnsw.js'
import { FORMAT, commit, readSnapshot, writeFiles, type Expected, type Snapshot } from './snapshot.js'
import type { VectorSpace } from './space.js'

/** A space that knows which text each vector was made from, and its place on disk. */
export interface StoredSpace {
  kind: 'exact' | 'hnsw'
  vectors: VectorSpace
  /** The write of the graph up to which the texts were known when this was saved; 0: nothing is. */
  savedVersion: number
  ids: () => string[]
  /** Whether the vector of this id was made from this very text. */
  holds: (id: string, text: string) => boolean
  put: (id: string, text: string, vector: Float32Array) => void
  drop: (id: string) => void
  settle: (signal: AbortSignal) => Promise<void>
  /** Not while vectors are added. */
  save: (graphVersion: number) => Promise<void>
}
interface Options { hnswlib: Awaited<ReturnType<typeof loadHnswlib>>, exactBelow?: number, log: (message: string) => void }

/** The space as it was saved; empty, to be filled from the source, where that is missing, damaged or of another kind. */
export async function openStoredSpace (dir: string, expected: Expected, options: Options): Promise<StoredSpace> {
  const { tenantId, space, dimension } = expected
  const snapshot = await readSnapshot(dir, expected).catch((error: Error) => {
    options.log(`The ${space} index of ${tenantId} is rebuilt: ${error.message}`)
    return null
  })
  const exact = exactSpace(dimension, snapshot ?? undefined)
  const hnsw = await graphOver(exact, snapshot, options)
  const vectors = hnsw ?? exact
  const hashes = new Map(snapshot?.ids.map((id, i) => [id, snapshot.hashes[i]!]))
  let { files, graphVersion: savedVersion } = snapshot?.manifest ?? { files: null, graphVersion: 0 } // files null: something changed since

  const write = () => {
    const { ids, vectors } = exact.rows()
    return writeFiles(dir, space, { ids, vectors, hashes: ids.map((id) => hashes.get(id)!) }, async (file) => hnsw?.writeGraph(file) ?? null)
  }

  return {
    kind: hnsw ? 'hnsw' : 'exact',
    vectors,
    savedVersion,
    ids: () => [...hashes.keys()],
    holds: (id, text) => hashes.get(id) === hashOf(text),

    put (id, text, vector) {
      vectors.add(id, vector)
      hashes.set(id, hashOf(text))
      files = null
    },

    drop (id) {
      if (!vectors.remove(id)) return
      hashes.delete(id)
      files = null
    },

    async settle (signal) {
      if (await vectors.settle(signal)) files = null
    },

    async save (graphVersion) {
      if (files !== null && graphVersion === savedVersion) return
      files ??= await write()
      await commit(dir, { format: FORMAT, ...expected, count: vectors.size, graphVersion, files })
      savedVersion = graphVersion
    }
  }
}

/** The graph over the vectors: as saved, or to be grown anew; null where the addon is missing. */
async function graphOver (exact: ExactSpace, snapshot: Snapshot | null, { hnswlib, exactBelow, log }: Options): Promise<HnswSpace | null> {
  if (snapshot?.graphProblem) log(`A graph is rebuilt: ${snapshot.graphProblem}`)
  if (hnswlib === null) return null
  const saved = snapshot?.graphFile && snapshot.labels ? { file: snapshot.graphFile, labels: snapshot.labels } : undefined
  try {
    return await hnswSpace(hnswlib, exact.dimension, exact, { exactBelow, saved })
  } catch (error) {
    log(`A graph is rebuilt: ${(error as Error).message}`)
    return hnswSpace(hnswlib, exact.dimension, exact, { exactBelow })
  }
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 16)
