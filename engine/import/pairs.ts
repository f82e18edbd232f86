import type { Rejection } from '../../models/imports.js'
import type { EntityRef } from '../../models/triple.js'
import { lines, TOO_LONG } from './lines.js'
import { plainFact, reject, short, type Line, type Source } from './rows.js'

const PAIR_TOKEN = /^[\p{L}\p{N}._-]{1,100}$/u
/** The most items of one line, each of which becomes a fact in memory. */
const ITEMS_MAX = 100_000

/** LightGCN's form: a line is a user, then the items. */
export async function * pairs ({ text, source, importId }: Source): AsyncGenerator<Line> {
  for await (const some of lines(text)) {
    for (const one of some) {
      const [user, ...items] = one.tooLong ? [] : one.raw.trim().split(/\s+/)
      const rejected = one.tooLong ? TOO_LONG : wrong(user!, items)
      if (rejected !== null) yield { line: one.line, rejected, raw: one.raw }
      else if (user) yield { line: one.line, raw: one.raw, facts: liked(user, items, source, importId) }
    }
  }
}

function liked (user: string, items: string[], source: string, importId: string) {
  const subject: EntityRef = { id: `user:${user}`, label: 'Member', name: `user ${user}` }
  return items.map((item) => plainFact(subject, 'HAS_AFFINITY_WITH', 'like', { id: `item:${item}`, label: 'Item', name: `item ${item}` }, source, importId))
}

function wrong (user: string, items: string[]): Rejection | null {
  if (!user) return null
  const bad = [user, ...items].findIndex((token) => !PAIR_TOKEN.test(token))
  if (bad !== -1) return reject('bad_token', bad === 0 ? 'user' : 'item', `"${short([user, ...items][bad]!)}" is not an id`, 'Ids are letters, digits, dot, dash or underscore, at most 100.')
  if (items.length === 0) return reject('no_items', null, `User ${user} has no items`, 'A line is a user, then the items, parted by spaces.')
  if (items.length <= ITEMS_MAX) return null
  return reject('too_long', null, `User ${user} has ${items.length} items`, `A line has at most ${ITEMS_MAX} items; go on with the same user on the next.`)
}
