import type { Prior } from '../../models/affinity.js'
import type { Reads } from '../graph/graph.js'

/** Where a score is worked out: whose graph and texts, on which day (ISO 8601), and who gets to see it: not the seeker where someone looks in their stead. */
export interface Scene { graph: Reads, index: TenantIndex, tenantId: string, now: string, viewerId: string, prior: Prior }

/** What the score needs of the vector index, bound to one tenant. */
export interface TenantIndex {
  /** The normalised vector of a text. */
  embed: (text: string) => Promise<Float32Array>
  vector: (space: 'profile' | 'goals', id: string) => Float32Array | null
  /** The k ids whose text in the space is nearest, best first. */
  search: (space: 'profile' | 'goals', vector: Float32Array, k: number, allow?: (id: string) => boolean) => { id: string, similarity: number }[]
  /** Cosine to each of the ids that has a text in the space. */
  similarity: (space: 'profile' | 'goals', vector: Float32Array, ids: string[]) => Map<string, number>
}
