import type { Affinity, DiscoverRequest } from '../../models/affinity.js'
import type { Emit } from '../../models/events.js'
import type { Kind } from '../../models/vocabulary.js'
import { LIFETIMES_S, type Cache } from '../cache.js'
import { EngineError } from '../errors.js'
import { shortHash } from '../graph/schema.js'
import type { Telling } from './reasons.js'
import { rank, rankThese, type Ranked } from './rank.js'
import type { Scene } from './scene.js'

/** What a recommendation is asked by, where the seeker is a stored member. `cursor` asks for the next page of a list that was given before. */
export interface RecommendationsRequest extends Telling { memberId: string, limit?: number, kind?: Kind, fresh?: boolean, cursor?: string }

/** Where a list is made: the graph of a tenant on a day, as of a version, with what the likenesses are worked out by, and for whom to see. */
export interface Place {
  scene: (day: string) => Promise<Scene>, cache: Cache, emit: Emit, tenantId: string, viewerId: string, version: number, embedder: string, today: string
}

export interface Page { ranked: Omit<Ranked, 'order'>, recommId: string, cursor: string | null, cached: boolean }

const NAME = 'affinity_recommendations'
const TTL_S = LIFETIMES_S[NAME]
/** The matches that an event carries; their reasons are asked for. */
const TOLD = 10

/**
 * The best matches of a member, page by page. A list is named by what it was made from, so a cached one is never stale and two pages of
 * one list never overlap, whatever was written between; what each page says of its matches is of today.
 */
export async function recommend (place: Place, request: RecommendationsRequest): Promise<Page> {
  const { limit = 10, fresh = false } = request
  const asked = askedOf(request, limit)
  const from = request.cursor === undefined ? { version: place.version, day: place.today, next: 0 } : readCursor(request.cursor)
  const recommId = nameOf(place, asked, from)

  const key = `${NAME}:${place.tenantId}:${recommId}`
  const pageKey = [key, from.next, limit, place.version, place.today].join(':')
  const held = fresh ? undefined : await place.cache.get<Page>(pageKey)
  if (held !== undefined) return { ...held, cached: true }

  const { ranked, next } = from.next === 0 ? await firstPage(place, asked, key) : await nextPage(place, asked, key, from)
  const page = { ranked, recommId, cursor: next === null ? null : writeCursor({ ...from, next, recommId }), cached: false }
  await place.cache.set(pageKey, page, TTL_S)
  return page
}

function askedOf ({ memberId, kind, explain = 'summary', evidence = explain === 'full' }: RecommendationsRequest, limit: number): Asked {
  return { memberId, limit, explain, evidence, ...kind === undefined ? {} : { kinds: [kind] } }
}

/** A list goes by what it is made from. */
function nameOf ({ tenantId, viewerId, embedder }: Place, { memberId, kinds, explain, evidence }: Asked, from: Cursor): string {
  const recommId = 'r' + shortHash(JSON.stringify([tenantId, viewerId, from.version, embedder, memberId, kinds ?? [], explain, evidence, from.day]))
  if (from.recommId === undefined || from.recommId === recommId) return recommId
  throw new EngineError('invalid_argument', 'The cursor belongs to another question; ask the next page with the same memberId, kind and explain.')
}

type Asked = DiscoverRequest & { memberId: string, limit: number }

async function firstPage ({ scene, cache, emit, tenantId, viewerId, today }: Place, asked: Asked, key: string) {
  const { order, ...ranked } = await rank(await scene(today), asked)
  await cache.set(`${key}:order`, order, TTL_S)
  if (viewerId !== asked.memberId) return { ranked, next: nextOf(order, ranked) } // it is not the list that the member would see
  const matches = ranked.data.slice(0, TOLD).map((match): Affinity => ({ ...match, reasons: [] }))
  await emit(tenantId, { name: 'AffinityCalculated', data: { memberId: asked.memberId, matches } }, [`affinity:${asked.memberId}`])
  return { ranked, next: nextOf(order, ranked) }
}

const nextOf = (order: string[], { data }: Pick<Ranked, 'data'>) => order.length > data.length ? data.length : null

async function nextPage (place: Place, asked: Asked, key: string, from: Cursor) {
  const order = await place.cache.get<string[]>(`${key}:order`) ?? await sameOrder(place, asked, from)
  const { ranked, taken } = await rankThese(await place.scene(place.today), asked, order.slice(from.next), from.next)
  const next = from.next + taken
  return { ranked, next: next < order.length ? next : null }
}

/** A list that is no longer kept can be made again as long as nothing has changed. */
async function sameOrder ({ scene, version, today }: Place, asked: Asked, from: Cursor): Promise<string[]> {
  if (from.version === version && from.day === today) return (await rank(await scene(today), { ...asked, explain: 'none' })).order
  throw new EngineError('failed_precondition', 'The list that the cursor belongs to is gone and the graph has changed since; ask for the first page anew.')
}

/** How far a list was read, and what it was made from. Opaque to clients, but no secret. */
interface Cursor { version: number, day: string, next: number, recommId?: string }

const writeCursor = ({ recommId, version, day, next }: Cursor) => Buffer.from([recommId, version, day, next].join(' ')).toString('base64url')

function readCursor (text: string): Cursor {
  const [, recommId, version, day, next] = /^(r[0-9a-f]{16}) (\d{1,15}) (\d{4}-\d\d-\d\d) (\d{1,6})$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (recommId === undefined || Number(next) === 0) throw new EngineError('invalid_argument', 'This is no cursor that was given here; leave it out for the first page.')
  return { recommId, version: Number(version), day: day!, next: Number(next) }
}
