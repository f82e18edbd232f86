import { get } from './api.js'

/** What people and things are called. An id is made from the name, so it serves until the name itself is known. */
const known = new Map()
const asked = new Map()

export const remember = (id, name) => { known.set(id, name) }
const kindOf = (id) => id.split(':', 1)[0]

export const nameOf = (id) => kindOf(id) === 'erased' ? 'someone who left' : known.get(id) ?? titled(id.slice(id.indexOf(':') + 1).replaceAll('-', ' '), kindOf(id))
const titled = (words, kind) => ['member', 'brand', 'place'].includes(kind) ? words.replace(/(^| )\p{L}/gu, (letter) => letter.toUpperCase()) : words

/** Asks for the names of members that are not known yet; each once. */
export const learnNames = (ids) => Promise.all([...new Set(ids)].filter((id) => kindOf(id) === 'member' && !known.has(id)).map((id) => {
  if (!asked.has(id)) asked.set(id, get(`/members/${encodeURIComponent(id)}`).then(({ data }) => remember(id, data.name), () => {}))
  return asked.get(id)
}))
