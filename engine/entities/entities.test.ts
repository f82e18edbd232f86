import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { entity, fact, NOW, testEngine, world } from '../../test/world.js'
import type { Fact } from '../../models/triple.js'
import { RELATIONS } from '../../models/vocabulary.js'
import { operatorOf } from '../accounts/can.js'
import { giveFeedback } from '../affinity/feedback.js'
import { rank } from '../affinity/rank.js'
import type { Graph, Reads } from '../graph/graph.js'
import { shortHash } from '../graph/schema.js'
import { openProjections } from '../projection/projection.js'
import { mergeEntities } from './merge.js'
import { alikeNames, trigrams } from './names.js'
import { unmergeEntities } from './unmerge.js'

/** All that a tenant's graph holds, but for the numbers of writes and the notes of them, in an order that does not depend on how it came there. */
async function dump (graph: Graph, tenantId: string) {
  const session = graph.driver.session()
  const rows = async (query: string) => (await session.run(query, { tenantId })).records.map((record) => plain(record.toObject()))
  try {
    const nodes = await rows('MATCH (n {tenantId: $tenantId}) WHERE NOT n:_Graph AND NOT n:_Change AND NOT n:_AuditEntry RETURN labels(n) AS labels, properties(n) AS properties')
    const facts = await rows('MATCH (a {tenantId: $tenantId})-[r]->(b) RETURN a.id AS from, type(r) AS type, b.id AS to, properties(r) AS properties')
    return [...nodes, ...facts].sort()
  } finally {
    await session.close()
  }
}

function plain (row: object): string {
  const { labels = [], properties: { version, textVersion, ...properties }, ...rest } = row as { labels?: string[], properties: Record<string, unknown> }
  const sorted = Object.entries(properties).map(([name, value]) => [name, name === 'facts' && Array.isArray(value) ? value.toSorted() : value]).sort()
  return JSON.stringify([[...labels].sort(), rest, sorted])
}

const merging = (from: string, into: string, more: object = {}) => ({ from, into, by: 'operator', at: NOW, ...more })
const member = (name: string, words: { profile?: string, goals?: string } = {}, id = `member:${name.toLowerCase().replaceAll(' ', '-')}`) =>
  ({ id, label: 'Member' as const, name, properties: {}, profile: null, goals: null, content: null, ...words })
const brand = (id: string, name: string, profile: string | null = null) => ({ id, label: 'Brand' as const, name, properties: {}, profile, goals: null, content: null })

t.test('C-06 what is told of two is told of one, and of two again', async (t) => {
  const { graph, tenantId, engine } = await world(t,
    'ada HAS_AFFINITY_WITH brand:tonwerk', 'ada HAS_AFFINITY_WITH brand:tonwerk-gmbh', fact('bob -HAS_AFFINITY_WITH brand:tonwerk-gmbh', { source: 'another' }),
    'brand:tonwerk-gmbh PART_OF brand:tonwerk', 'brand:tonwerk-gmbh SELLS clay')
  await engine.learn(tenantId, { descriptions: [{ ...brand('brand:tonwerk-gmbh', 'Tonwerk GmbH', 'We sell clay.'), properties: { industry: 'crafts' } }] }, NOW)
  await giveFeedback(graph, tenantId, 'member:ada', { targetId: 'brand:tonwerk-gmbh', type: 'hide' }, { now: NOW })
  const before = await dump(graph, tenantId)
  const merge = await mergeEntities(graph, tenantId, merging('brand:tonwerk-gmbh', 'brand:tonwerk'))
  t.match(merge, { state: 'done', facts: 3, aside: 1 })

  const neighbors = (await engine.neighborhood(tenantId, 'brand:tonwerk', {})).facts.map(({ subject, relation, object, polarity }) => `${subject} ${polarity}${relation} ${object}`)
  t.same(neighbors.sort(), ['brand:tonwerk +SELLS topic:clay', 'member:ada +HAS_AFFINITY_WITH brand:tonwerk', 'member:bob -HAS_AFFINITY_WITH brand:tonwerk'])
  const [tonwerk] = await graph.read<{ properties: object }>('graph/entity', { tenantId, entityId: 'brand:tonwerk' })
  t.match(tonwerk, { name: 'tonwerk', properties: { industry: 'crafts', profile: 'We sell clay.', described: true } })
  await t.rejects(engine.neighborhood(tenantId, 'brand:tonwerk-gmbh', {}), { code: 'not_found' })
  t.match(await graph.read('affinity/feedback-given', { tenantId, memberId: 'member:ada' }), [{ targetId: 'brand:tonwerk', feedback: { type: 'hide' } }])
  t.same(await mergeEntities(graph, tenantId, merging('brand:tonwerk-gmbh', 'brand:tonwerk')), merge, 'said again it changes nothing')

  t.equal((await unmergeEntities(graph, tenantId, merge.id)).id, merge.id)
  t.same(await dump(graph, tenantId), before)
  await t.rejects(unmergeEntities(graph, tenantId, merge.id), { code: 'not_found' })
})

t.test('names, aliases and ids of one that was merged away mean the surviving one, in texts, imports and onboarding', async (t) => {
  const { tenantId, engine } = await world(t)
  await engine.learn(tenantId, { descriptions: [brand('brand:tw', 'Tonwerk'), brand('brand:x-9', 'Clayhouse'), member('Mia Tran')], facts: [fact('ada PROMOTES brand:tw')] }, NOW)
  const actor = operatorOf(tenantId)
  t.same(await engine.entities.alias(actor, { id: 'brand:tw', name: 'Keramikhaus' }), { id: 'brand:tw', aliases: ['Keramikhaus'] })
  await t.rejects(engine.entities.alias(actor, { id: 'brand:tw', name: 'Clayhouse' }), { code: 'failed_precondition', message: /is the name of "brand:x-9"/ })
  const { id } = await engine.entities.merge(actor, { from: 'brand:x-9', into: 'brand:tw' })

  const of = async () => (await engine.neighborhood(tenantId, 'brand:tw', {})).facts.map(({ subject }) => subject).sort()
  await engine.learn(tenantId, { documents: [{ owner: member('Bo'), source: 'member:bo/answers', text: 'I work with Clayhouse.' }] }, NOW)
  await engine.learn(tenantId, { documents: [{ owner: member('Cy'), source: 'member:cy/answers', text: 'I work with Keramikhaus.' }] }, NOW)
  const path = join(t.testdir(), 'facts.csv')
  writeFileSync(path, 'subject,predicate,object\ndan,love,brand:x-9\n')
  const { importId, created } = await engine.importFile(tenantId, { path, format: 'triples' })
  await engine.onboard(tenantId, { name: 'Eve', answers: ['I work with Clayhouse.', 'I look for tea.'] })
  t.equal(created, 1)
  t.same(await of(), ['member:ada', 'member:bo', 'member:cy', 'member:dan', 'member:eve'])

  const other = await engine.entities.merge(actor, { from: 'member:dan', into: 'member:mia-tran' })
  await engine.onboard(tenantId, { name: 'Dan', answers: ['I brew tea.', 'I look for cups.'] })
  t.match((await engine.neighborhood(tenantId, 'member:mia-tran', {})).facts.map(({ object }) => object).sort(), ['brand:tw', 'topic:cup', 'topic:tea'])
  t.match(await engine.undoImport(tenantId, importId), { removed: 1 })
  await engine.entities.unmerge(actor, other.id)
  await engine.entities.unmerge(actor, id)
  t.same(await of(), ['member:ada', 'member:bo', 'member:cy', 'member:eve'], 'what was told since stays; what was undone meanwhile does not come back')
  t.same(await engine.entities.unalias(actor, { id: 'brand:tw', name: 'Keramikhaus' }), { id: 'brand:tw', aliases: [] })
})

t.test('what cannot be merged is refused, and says why', async (t) => {
  const { graph, tenantId, engine } = await world(t, 'ada SEEKS tea', 'bob SEEKS tea', 'cat SEEKS tea', 'brand:acme SELLS tea', 'dan SEEKS cups',
    fact('dan SEEKS gold', { source: 'member:dan/goals', visibility: 'private' }))
  const actor = operatorOf(tenantId)
  const refused = (from: string, into: string, code: string, message: RegExp) => t.rejects(engine.entities.merge(actor, { from, into }), { code, message })
  await refused('member:ada', 'member:ada', 'invalid_argument', /itself/)
  await refused('member:ada', 'member:nobody', 'not_found', /There is no entity "member:nobody"/)
  await refused('member:ada', 'topic:gold', 'not_found', /There is no entity "topic:gold"/)
  await refused('member:ada', 'brand:acme', 'failed_precondition', /acrossKinds/)
  await giveFeedback(graph, tenantId, 'member:ada', { targetId: 'brand:acme', type: 'hide' }, { now: NOW })
  await refused('member:ada', 'member:bob', 'failed_precondition', /has given feedback; it can only survive/)
  await engine.onboard(tenantId, { name: 'cat', answers: ['I brew tea.', 'I look for cups.'] })
  await refused('member:cat', 'member:bob', 'failed_precondition', /own words/)
  const { id } = await engine.entities.merge(actor, { from: 'member:bob', into: 'member:cat' })
  await refused('member:bob', 'member:ada', 'failed_precondition', new RegExp(`already \\(${id}\\)`))
  await refused('member:dan', 'member:bob', 'failed_precondition', /is merged into "member:cat"/)
  const later = await engine.entities.merge(actor, { from: 'member:dan', into: 'member:cat' })
  await t.rejects(engine.entities.unmerge(actor, id), { code: 'failed_precondition', message: new RegExp(`${later.id} is later`) })
  t.same((await engine.entities.merges(actor)).map((one) => one.id), [later.id, id])
  await engine.entities.unmerge(actor, later.id)
  await engine.entities.unmerge(actor, id)
  t.same(await engine.entities.merges(actor), [])
  const audited = await engine.deals.audit(actor, { entity: 'merge' })
  t.same(audited.data.map(({ action, entityId }) => [action, entityId]), [['unmerge', id], ['unmerge', later.id], ['merge', later.id], ['merge', id]])
})

t.test('one who leaves takes along what was merged into them', async (t) => {
  const { graph, tenantId, engine } = await world(t, 'ada2 SEEKS tea', 'bob SEEKS tea')
  await engine.onboard(tenantId, { name: 'Ada', answers: ['I work with Ada2.', 'I look for cups.'] })
  await engine.learn(tenantId, { descriptions: [member('ada2', { profile: 'I brew tea.' })], facts: [fact('member:ada IS_A member:ada2', { source: 'member:bob/goals' })] }, NOW)
  await engine.entities.merge(operatorOf(tenantId), { from: 'member:ada2', into: 'member:ada' })
  const whoever = { ...operatorOf(tenantId), memberId: 'member:ada' }
  t.same((await engine.accounts.members.export(whoever) as unknown as { names: string[] }).names, ['ada2'])
  await engine.accounts.members.erase(whoever)
  t.notMatch((await dump(graph, tenantId)).join('\n'), /ada/)
})

const names = ['ada', 'bob', 'cat', 'brand:acme', 'brand:best', 'brand:cozy', 'jazz', 'chess', 'tea', 'topic:go']
const one = fc.record({
  subject: fc.constantFrom('ada', 'bob', 'cat', 'brand:acme', 'brand:best', 'brand:cozy'),
  mark: fc.constantFrom('', '', '', '-', '?', '!'),
  relation: fc.constantFrom(...RELATIONS),
  object: fc.constantFrom(...names.map((name) => name.includes(':') || 'jazz chess tea'.includes(name) ? name : `member:${name}`)),
  confidence: fc.constantFrom(1, 0.9, 0.5),
  source: fc.constantFrom('test', 'another', 'member:ada/goals', 'member:bob/basicInfo'),
  importId: fc.constantFrom(null, 'i1', 'i2'),
  visibility: fc.constantFrom(null, null, null, 'private' as const),
  words: fc.constantFrom('', 'Said here.', 'Said there.')
})
type One = typeof one extends fc.Arbitrary<infer T> ? T : never
const told = (given: One[]): Fact[] => given.map(({ subject, mark, relation, object, words, ...more }) =>
  fact(`${subject} ${mark}${relation} ${object}`, { ...more, ...words !== '' && { sentence: words }, ...more.visibility === 'private' && { source: 'member:ada/goals' } }))
  .filter(({ subject, object }) => subject.id !== object.id)
const ids = ['member:ada', 'member:bob', 'member:cat', 'brand:acme', 'brand:best', 'brand:cozy', 'topic:jazz', 'topic:chess', 'topic:tea', 'topic:go']
const pair = fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...ids)).filter(([from, into]) => from !== into)
const graphOf = fc.array(one, { minLength: 8, maxLength: 40 })
const OPEN = { viewerId: 'member:ada', acrossKinds: true }

t.test('on random graphs merges that are undone, the last first, leave no trace; meanwhile arrays and Cypher agree', async (t) => {
  const engine = await testEngine(t)
  const { graph } = engine
  const projections = openProjections(graph)
  t.teardown(() => projections.close())
  await fc.assert(fc.asyncProperty(graphOf, fc.array(pair, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 4 }), async (given, pairs, page) => {
    const tenantId = `test-${randomUUID()}`
    await engine.learn(tenantId, { facts: told(given), descriptions: [brand('brand:acme', 'Acme', 'We sew.'), brand('brand:best', 'Best')] }, NOW)
    await graph.write(async (run) => {
      for (const importId of ['i1', 'i2']) await run('graph/import-mark', { tenantId, importId, mark: { lines: 1 } })
      await run('graph/lock', { tenantId })
      await run('graph/viewers', { tenantId, ids })
    })
    while (projections.arrays(tenantId) === null) await projections.current(tenantId)
    const stack: { id: string, before: string[] }[] = []
    for (const [from, into] of pairs) {
      const before = await dump(graph, tenantId)
      const merge = await mergeEntities(graph, tenantId, merging(from, into, OPEN), { page }).catch((error: Error & { code?: string }) => {
        if (error.code === undefined) throw error
        return null
      })
      if (merge !== null && !stack.some(({ id }) => id === merge.id)) stack.push({ id: merge.id, before })
      await agree(graph, projections.reader(tenantId), tenantId)
    }
    for (const { id, before } of stack.toReversed()) {
      await unmergeEntities(graph, tenantId, id, { page })
      t.strictSame(await dump(graph, tenantId), before)
      await agree(graph, projections.reader(tenantId), tenantId)
    }
  }), { numRuns: 4, seed: 9 })

  async function agree (graph: Graph, arrays: Reads, tenantId: string) {
    const request = { memberId: 'member:ada', kinds: ['member', 'brand', 'topic'] as never, limit: 20, minScore: -100, explain: 'summary' as const, exclude: { own: false, seen: false } }
    const index = { embed: async () => new Float32Array(8), vector: () => null, search: () => [], similarity: () => new Map() }
    const prior = projections.prior(tenantId)
    const [byCypher, byArrays] = await Promise.all([graph, arrays].map((reads) =>
      rank({ graph: reads, index, tenantId, now: NOW.slice(0, 10), viewerId: 'member:ada', prior }, request).then(({ data }) => data.map(({ id, score }) => [id, score.toFixed(9)]), (error: Error) => error.message)))
    t.strictSame(byArrays, byCypher)
  }
})

t.test('it does not matter whether facts arrive before or after a merge, nor in which order: they are as if told of the surviving one', async (t) => {
  const { graph, ...engine } = await testEngine(t)
  await fc.assert(fc.asyncProperty(graphOf, graphOf, fc.array(pair, { minLength: 1, maxLength: 4 }), async (first, second, pairs) => {
    const [merged, direct] = [`test-${randomUUID()}`, `test-${randomUUID()}`]
    const all = ids.map((id) => fact(`brand:root MENTIONS ${id}`))
    await engine.learn(merged, { facts: [...all, ...told(first)] }, NOW)
    const means = new Map<string, string>()
    for (const [from, into] of pairs) {
      if (means.has(from) || means.has(into)) continue
      for (const [id, now] of means) if (now === from) means.set(id, into)
      means.set(from, into)
      await mergeEntities(graph, merged, merging(from, into, OPEN), { page: 3 })
    }
    await engine.learn(merged, { facts: told(second) }, NOW)
    const asNow = <T extends { id: string }>(node: T) => means.has(node.id) ? entity(means.get(node.id)!, 'Topic') : node
    const named = (facts: Fact[]) => facts.map((one) => ({ ...one, subject: asNow(one.subject), object: asNow(one.object) }))
      .filter(({ subject, object }) => subject.id !== object.id)
    await engine.learn(direct, { facts: named([...all, ...told(first), ...told(second)]) }, NOW)
    const seen = async (tenantId: string) => (await dump(graph, tenantId)).filter((line) => !line.startsWith('[["_')).map((line) => line.replaceAll(tenantId, 'tenant'))
    t.strictSame(await seen(merged), await seen(direct))
  }), { numRuns: 6, seed: 9 })
})

t.test('merges beside writers lose nothing, and one that was broken off goes on', async (t) => {
  const { graph, tenantId, engine } = await world(t, ...Array.from({ length: 12 }, (_, i) => `m${i} SEEKS harp`), 'ada SEEKS harps2')
  const writing = Array.from({ length: 12 }, (_, i) => engine.learn(tenantId, { facts: [fact(`w${i} SEEKS harp`)] }, NOW))
  let turns = 0
  const failing: Graph = { ...graph, inTurn: (tenant, work) => ++turns === 3 ? Promise.reject(new Error('broken off')) : graph.inTurn(tenant, work) }
  await t.rejects(mergeEntities(failing, tenantId, merging('topic:harp', 'topic:harps2'), { page: 4 }), { message: 'broken off' })
  await Promise.all(writing)
  const merge = await mergeEntities(graph, tenantId, merging('topic:harp', 'topic:harps2'), { page: 4 })
  const around = async (id: string) => (await graph.read<{ otherId: string }>('graph/neighborhood', { tenantId, entityId: id, limit: 100 })).map(({ otherId }) => otherId)
  t.equal((await around('topic:harps2')).length, 25)
  await unmergeEntities(graph, tenantId, merge.id, { page: 4 })
  t.equal((await around('topic:harp')).length + (await around('topic:harps2')).length, 25)
})

t.test('what is probably one is proposed with its signs, what was set apart is not, and nothing is merged', async (t) => {
  const { graph, tenantId, engine } = await world(t, 'ada SEEKS brand:clayhouses', 'ada SEEKS chess')
  const actor = operatorOf(tenantId)
  const tea = 'We grow tea on three slow hills and dry it over oak, for people who take their time.'
  await engine.learn(tenantId, {
    descriptions: [
      brand('brand:clayhouse', 'Clayhouse'), brand('brand:p1', 'Ironpetal', 'We weld garden furniture.'), brand('brand:p2', 'Ironpetal', 'We weld garden furniture.'),
      brand('brand:hills', 'Three Hills', tea), brand('brand:oak', 'Oak & Leaf', tea), brand('brand:marigold-inn', 'Marigold Inn', 'Rooms above the harbour.'), brand('brand:marigold-ink', 'Marigold Ink', tea.replace('tea', 'ink'))
    ]
  }, NOW)
  const before = await dump(graph, tenantId)
  const { data, meta } = await engine.entities.duplicates(actor)
  const pairs = (list: typeof data) => list.map(({ from, into, reasons }) => `${from.id} ${into.id} ${reasons.map(({ sign }) => sign).sort().join(' ')}`)
  t.same(pairs(data).slice(0, 1), ['brand:p2 brand:p1 key name profile'])
  t.ok(pairs(data).includes('brand:clayhouses brand:clayhouse name'), pairs(data).join('; '))
  t.ok(pairs(data).includes('brand:oak brand:hills profile'), pairs(data).join('; '))
  t.notOk(pairs(data).some((line) => line.includes('marigold-inn')), 'names that are alike, texts that are not')
  t.match(meta, { truncated: false })
  t.same(await dump(graph, tenantId), before)

  await engine.entities.apart(actor, { ids: ['brand:p1', 'brand:p2'] })
  await engine.entities.merge(actor, { from: 'brand:oak', into: 'brand:hills' })
  const after = (await engine.entities.duplicates(actor)).data
  t.notOk(pairs(after).some((line) => /p1|oak/.test(line)), pairs(after).join('; '))
  t.equal(engine.index.vector(tenantId, 'profile', 'brand:oak'), undefined, 'the index has forgotten it')
})

t.test('of 30,000 names those that are alike are found in seconds, the same as by comparing all with all', async (t) => {
  let drawn = 0
  const random = (n: number) => Number.parseInt(shortHash(`seed 7, ${drawn++}`, 8), 16) % n
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  const word = () => Array.from({ length: 2 + random(2) }, () => letters[random(26)]! + 'aeiou'[random(5)]! + letters[random(26)]!).join('')
  const names = Array.from({ length: 30_000 }, () => `${word()}-${word()}`)
  const few = names.slice(0, 300).flatMap((name) => [name, `${name.slice(0, -1)}x`, `${name}s`].slice(0, 1 + random(3)))
  const jaccard = (a: Set<string>, b: Set<string>) => { const shared = [...a].filter((x) => b.has(x)).length; return shared / (a.size + b.size - shared) }
  const sets = few.map(trigrams)
  const expected = few.flatMap((_, other) => few.slice(0, other).flatMap((_, one) => jaccard(sets[one]!, sets[other]!) >= 0.6 ? [`${one} ${other}`] : []))
  t.same((await alikeNames(few, 0.6)).map(({ one, other }) => `${one} ${other}`).sort(), expected.sort())
  t.ok(expected.length > 200)
  const started = process.cpuUsage()
  const found = await alikeNames([...names, ...few], 0.6)
  const { user, system } = process.cpuUsage(started)
  t.ok(found.length >= expected.length && user + system < 10e6, `${found.length} pairs in ${((user + system) / 1e6).toFixed(1)} s of CPU`)
})
