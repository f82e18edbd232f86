/** How the ids of the graph are written as IRIs in N-Triples, and read back from them. */

const BASE = 'urn:teraffi:'

/** The first line of an export as N-Triples; a file that begins so is read from its node and evidence lines alone. */
export const EXPORT_MARK = '# TERAFFI export 1'
/** The predicates of the lines that hold, as a JSON literal, all that a line of an export as JSON lines holds. */
export const NODE = `${BASE}node`
export const EVIDENCE = `${BASE}evidence`
export const JSON_TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON'

/** `topic:street-food` as `urn:teraffi:topic:street-food`; what a URN may not hold is percent-encoded, letters of any script stay. */
export const entityIri = (id: string): string => BASE + encoded(id)
export const relationIri = (relation: string): string => `${BASE}relation:${encoded(relation)}`
export const factIri = (factId: string): string => `${BASE}fact:${encoded(factId)}`

/** The id of an entity; null where the IRI is not one of ours. */
export function entityIdOf (iri: string): string | null {
  if (!iri.startsWith(BASE)) return null
  try {
    return decodeURIComponent(iri.slice(BASE.length)) || null
  } catch {
    return null
  }
}

/** The name of a relation; null where the IRI is not one of ours. */
export function relationOf (iri: string): string | null {
  const id = entityIdOf(iri)
  return id?.startsWith('relation:') ? id.slice('relation:'.length) : null
}

const encoded = (text: string) => text.replace(/[^A-Za-z0-9._~:/@!$&'()*+,;=\p{L}\p{N}\p{M}-]/gu, (letter) =>
  `%${Array.from(Buffer.from(letter), (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('%')}`)

/** A text as the inside of an N-Triples literal. */
export const literal = (text: string): string => text.replace(/["\\\n\r]/g, (letter) => ESCAPES[letter]!)
const ESCAPES: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r' }
