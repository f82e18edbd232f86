import { readFileSync } from 'node:fs'
import { Type, type Static, type TObject, type TProperties } from 'typebox'
import Value from 'typebox/value'
import { canonicalKey } from '../engine/extraction/canonical.js'
import { kindOf, type Label } from '../models/vocabulary.js'

const Strict = { additionalProperties: false }
const Text = Type.String({ minLength: 1, maxLength: 600 })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const OneOf = <T extends string>(...values: T[]) => Type.Unsafe<T>(Type.String({ enum: values }))
const Maybe = Type.Union([Type.String({ minLength: 1 }), Type.Null()])

/** Somebody of the demo world: `profile` and `goals` answer the two questions of the onboarding. */
const memberShape = Type.Object({
  id: Text, name: Text, type: OneOf('creator', 'brand_rep', 'agency', 'person'), industry: Text, profile: Text, goals: Text
}, Strict)
export type MemberSeed = Static<typeof memberShape>

const brandShape = Type.Object({
  id: Text, name: Text, industry: Text, market_cap: Type.Optional(Type.Integer({ minimum: 0, description: 'USD' })), profile: Text, goals: Text
}, Strict)
export type BrandSeed = Static<typeof brandShape>

const trendShape = Type.Object({ id: Text, name: Text, category: Text, description: Text }, Strict)
export type TrendSeed = Static<typeof trendShape>

const demographicShape = Type.Object({ id: Text, name: Text, ageBand: Maybe, gender: Maybe, language: Maybe, region: Maybe }, Strict)
export type DemographicSeed = Static<typeof demographicShape>

/** A dated piece of content; `text` is in the voice of its creator, `audience` names a group of demographics.jsonl. */
const postShape = Type.Object({
  id: Text, title: Text, type: OneOf('video', 'article', 'post', 'podcast'), genre: Text, audience: Text, creatorId: Text, publishedAt: Day, text: Text
}, Strict)
export type PostSeed = Static<typeof postShape>

export const OUTCOMES = ['renewed', 'completed', 'missed_targets', 'cancelled'] as const

/** A deal between a member and a brand; a current one has neither end nor outcome yet. */
const partnershipShape = Type.Object({
  memberId: Text, brandId: Text, from: Day, to: Type.Union([Day, Type.Null()]), outcome: Type.Union([OneOf(...OUTCOMES), Type.Null()]), note: Text
}, Strict)
export type PartnershipSeed = Static<typeof partnershipShape>

export interface World {
  members: MemberSeed[]
  brands: BrandSeed[]
  trends: TrendSeed[]
  demographics: DemographicSeed[]
  posts: PostSeed[]
  partnerships: PartnershipSeed[]
}

/** The demo world, read and checked; the first thing that is wrong is thrown with its file and line. */
export function readWorld (folder: URL = new URL('.', import.meta.url)): World {
  const lines = <P extends TProperties>(file: string, schema: TObject<P>) => readLines(new URL(file, folder), file, schema)
  const members = named('Member', lines('members.jsonl', memberShape))
  const brands = named('Brand', lines('brands.jsonl', brandShape))
  const trends = named('Trend', lines('trends.jsonl', trendShape))
  const demographics = named('Demographic', lines('demographics.jsonl', demographicShape))
  const posts = lines('posts.jsonl', postShape)
  named('Content', posts.map(({ at, row }) => ({ at, row: { id: row.id, name: row.title } })))
  const partnerships = lines('partnerships.jsonl', partnershipShape)

  const ids = new Set([...members, ...brands].map(({ id }) => id))
  const groups = new Set(demographics.map(({ name }) => name))
  for (const { at, row } of posts) {
    expect(ids.has(row.creatorId), at, `creatorId "${row.creatorId}" is no member of members.jsonl`)
    expect(groups.has(row.audience), at, `audience "${row.audience}" is no group of demographics.jsonl`)
    expect(isDay(row.publishedAt), at, `publishedAt "${row.publishedAt}" is no date`)
  }
  for (const { at, row } of partnerships) {
    for (const id of [row.memberId, row.brandId]) expect(ids.has(id), at, `"${id}" is in neither members.jsonl nor brands.jsonl`)
    for (const day of [row.from, row.to ?? row.from]) expect(isDay(day), at, `"${day}" is no date`)
    expect(row.to === null || row.from < row.to, at, `it ends on ${row.to}, before it began`)
    expect((row.to === null) === (row.outcome === null), at, 'an ended partnership needs an outcome, a current one must have none')
  }
  return { members, brands, trends, demographics, posts: posts.map(({ row }) => row), partnerships: partnerships.map(({ row }) => row) }
}

interface Line<T> { at: string, row: T }

function readLines<P extends TProperties> (url: URL, file: string, schema: TObject<P>): Line<Static<TObject<P>>>[] {
  return readFileSync(url, 'utf8').trimEnd().split('\n').map((text, index) => {
    const at = `${file}:${index + 1}`
    const row = parse(text, at)
    const [wrong] = Value.Errors(schema, row)
    expect(wrong === undefined, at, `${wrong?.instancePath || 'the line'} ${wrong?.message}`)
    return { at, row: row as Static<TObject<P>> }
  })
}

function parse (text: string, at: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${at}: not JSON (${(error as Error).message})`)
  }
}

/** An id is its kind and the key of its name, so that a text which names the entity finds this very node. */
function named<T extends { id: string, name: string }> (label: Label, lines: Line<T>[]): T[] {
  const seen = new Map<string, string>()
  return lines.map(({ at, row }) => {
    const id = `${kindOf(label)}:${canonicalKey(row.name, label)}`
    expect(row.id === id, at, `id "${row.id}" should be "${id}", the key of "${row.name}"`)
    expect(!seen.has(id), at, `id "${id}" is taken by ${seen.get(id)}`)
    seen.set(id, at)
    return row
  })
}

/** A day of the calendar: 2026-02-30 parses as a date elsewhere, but it does not come back the same. */
function isDay (text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

function expect (holds: boolean, at: string, message: string): asserts holds {
  if (!holds) throw new Error(`${at}: ${message}`)
}
