import t from 'tap'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readWorld } from './read.js'

const world = readWorld()
const people = [...world.members, ...world.brands]
const now = '2026-11-01'

/** What the world talks about; each recurs, so that the graph hangs together. */
const TOPICS = [
  'street food', 'fermentation', 'sourdough', 'plant-based cooking', 'specialty coffee', 'foraging', 'family meals', 'tinned fish',
  'slow travel', 'train travel', 'night trains', 'accessible travel', 'van life', 'slow fashion', 'mending', 'visible mending', 'vintage clothing',
  'natural dyes', 'knitting', 'ceramics', 'woodworking', 'home energy', 'heat pumps', 'solar panels', 'balcony solar', 'small homes', 'repair cafes',
  'right to repair', 'bike repair', 'cargo bikes', 'wild swimming', 'trail running', 'bouldering', 'para sport', 'women\'s football', 'sleep',
  'mental health', 'skincare', 'menopause', 'outdoor play', 'screen time', 'board games', 'tabletop role-playing', 'indie games', 'retro gaming',
  'cozy games', 'astronomy', 'star parties', 'citizen science', 'open source', 'home automation', 'digital privacy', 'dumb phones', '3D printing',
  'personal finance', 'index funds', 'no-buy year', 'modular synths', 'field recording', 'folk music', 'documentary film', 'analog photography',
  'local history', 'urban gardening', 'seed saving', 'seed libraries', 'houseplants', 'composting', 'book clubs', 'silent book clubs',
  'language learning', 'zines', 'sign language', 'accessible design', 'rescue dogs', 'dopamine decor'
]

t.test('the world is as large as the tour says', async (t) => {
  const ended = world.partnerships.filter(({ to }) => to !== null)
  const current = world.partnerships.length - ended.length
  t.ok(world.members.length >= 124, `${world.members.length} members`)
  t.ok(world.brands.length >= 62, `${world.brands.length} brands`)
  t.ok(world.posts.length >= 220, `${world.posts.length} posts`)
  t.ok(world.trends.length >= 14 && world.demographics.length >= 24)
  t.equal(ended.length, 56)
  t.equal(current, 8)
  t.ok(ended.every(({ to }) => to! < now), 'what has ended ended before today')
  t.equal(new Set(ended.map(({ outcome }) => outcome)).size, 4, 'each outcome occurs')
  t.equal(new Set(world.members.map(({ type }) => type)).size, 4, 'each type of member occurs')
})

t.test('no partnership is told twice, and those of one pair do not overlap', async (t) => {
  const overlap = world.partnerships.flatMap((one, i) => world.partnerships.slice(i + 1)
    .filter((other) => one.memberId === other.memberId && one.brandId === other.brandId)
    .filter((other) => one.from <= (other.to ?? now) && other.from <= (one.to ?? now))
    .map(() => `${one.memberId} with ${one.brandId}`))
  t.same(overlap, [])
})

t.test('nobody speaks in templates', async (t) => {
  const sentences = people.flatMap(({ profile, goals }) => [profile, goals])
    .concat(world.posts.map(({ text }) => text), world.trends.map(({ description }) => description), world.partnerships.map(({ note }) => note))
    .flatMap((text) => text.split(/(?<=[.!?])\s+/))
  const openings = people.map(({ profile }) => profile.split(/\s+/).slice(0, 6).join(' ').toLowerCase())
  t.same(repeated(sentences, 1), [], 'no sentence occurs twice')
  t.same(repeated(openings, 3), [], 'no opening of six words is shared by more than three profiles')
  t.ok(people.every(({ profile, goals }) => `${profile} ${goals}`.length <= 600), 'a profile fits a card')
  t.ok(people.every(({ profile, goals }) => sentenceCount(`${profile} ${goals}`) >= 2))
})

t.test('topics recur, so that the graph hangs together', async (t) => {
  for (const topic of TOPICS) {
    const profiles = people.filter(({ profile, goals }) => mentions(`${profile} ${goals}`, topic)).length
    t.ok(profiles >= 6, `${topic}: ${profiles} profiles`)
  }
})

t.test('audiences meet: each group is named by several profiles', async (t) => {
  for (const { name } of world.demographics) {
    const profiles = people.filter(({ profile, goals }) => mentions(`${profile} ${goals}`, name)).length
    t.ok(profiles >= 3, `${name}: ${profiles} profiles`)
  }
})

t.test('the posts draw a time line on which trends come and go', async (t) => {
  const day = world.posts.map(({ publishedAt }) => publishedAt).sort()
  t.ok(day[0]! >= '2025-11-01' && day.at(-1)! < now, 'twelve months, ending today')
  t.ok(world.posts.every(({ text }) => world.trends.some(({ name }) => mentions(text, name))), 'each post names a trend')

  const quarters = (name: string) => {
    const months = world.posts.filter(({ text }) => mentions(text, name)).map(({ publishedAt }) => monthsSince(publishedAt))
    return [0, 1, 2, 3].map((quarter) => months.filter((month) => Math.floor(month / 3) === quarter).length)
  }
  for (const name of ['dumb phones', 'silent book clubs', 'seed libraries']) {
    const [first, second, , last] = quarters(name)
    t.ok(first === 0 && second === 0 && last! >= 5, `${name} has just appeared: ${quarters(name)}`)
  }
  for (const name of ['visible mending', 'night trains']) {
    const counts = quarters(name)
    t.ok(counts.every((count, i) => i === 0 || count > counts[i - 1]!), `${name} grows each quarter: ${counts}`)
  }
  for (const name of ['cozy games', 'no-buy year', 'dopamine decor']) {
    const [first, , , last] = quarters(name)
    t.ok(first! >= 10 && last! <= 1, `${name} was large and is gone: ${quarters(name)}`)
  }
  const [, , tide, ebb] = quarters('wild swimming')
  t.ok(tide! >= 2 * ebb!, `wild swimming peaked before autumn: ${quarters('wild swimming')}`)
})

t.test('a damaged world is refused with its file and line', async (t) => {
  const damaged = (file: string, change: (text: string) => string) => {
    const folder = t.testdir()
    cpSync(new URL('.', import.meta.url), folder, { recursive: true })
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')))
    return () => readWorld(pathToFileURL(folder + '/'))
  }
  t.doesNotThrow(damaged('members.jsonl', (text) => text), 'a copy is read like the original')
  t.throws(damaged('members.jsonl', (text) => text.replace('member:mateo-quiroga', 'member:mateo')), { message: /^members.jsonl:2: id "member:mateo" should be/ })
  t.throws(damaged('members.jsonl', (text) => text + text), { message: /^members.jsonl:\d+: id "member:mia-tran" is taken by members.jsonl:1/ })
  t.throws(damaged('brands.jsonl', (text) => text.replace('"market_cap": 12500000', '"market_cap": "much"')), { message: /^brands.jsonl:1: \/market_cap/ })
  t.throws(damaged('posts.jsonl', (text) => text.replace('2025-11-04', '2025-11-34')), { message: /^posts.jsonl:1: publishedAt "2025-11-34" is no date/ })
  t.throws(damaged('posts.jsonl', (text) => text.replace('member:naledi-dube', 'member:nobody')), { message: /^posts.jsonl:1: creatorId/ })
  t.throws(damaged('partnerships.jsonl', (text) => text.replace('"completed"', 'null')), { message: /^partnerships.jsonl:1: an ended/ })
  t.throws(damaged('trends.jsonl', (text) => '{' + text), { message: /^trends.jsonl:1: not JSON/ })
})

t.test('the samples of the tour speak of this world', async (t) => {
  const sample = (name: string) => readFileSync(new URL(`samples/${name}`, import.meta.url), 'utf8').trimEnd().split('\n')
  const names = new Set(people.map(({ name }) => name))
  const [header, ...rows] = sample('triples.csv').map((line) => line.split(','))
  t.ok(rows.every((row) => row.length === header!.length), 'as many fields as columns')
  t.same(rows.map(([subject]) => subject!).filter((subject) => !names.has(subject)), [], 'every subject is somebody')
  const pairs = sample('pairs.txt').map((line) => line.split(' '))
  t.ok(pairs.every((ids) => ids.length >= 2 && ids.every((id) => /^\d+$/.test(id))), 'a user, then items')
  t.ok(sample('profile.txt').join(' ').length <= 600)
})

/** Whole words, any case; the plural of the last word or its singular will do. */
function mentions (text: string, phrase: string): boolean {
  const stem = phrase.replace(/(?:ies|y|s)$/, '')
  return new RegExp(`(?<![\\p{L}\\p{N}-])${stem}(?:ies|y|s)?(?![\\p{L}\\p{N}-])`, 'iu').test(text)
}

function repeated (texts: string[], atMost: number): string[] {
  const uses = new Map<string, number>()
  for (const text of texts) uses.set(text, (uses.get(text) ?? 0) + 1)
  return [...uses].filter(([, count]) => count > atMost).map(([text]) => text)
}

function sentenceCount (text: string): number {
  return text.split(/(?<=[.!?])\s+/).length
}

/** 0 for November 2025, 11 for October 2026. */
function monthsSince (day: string): number {
  return (Number(day.slice(0, 4)) - 2025) * 12 + Number(day.slice(5, 7)) - 11
}
