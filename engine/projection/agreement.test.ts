import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { rank } from '../affinity/rank.js'
import { walkSettings } from '../affinity/weights.js'
import type { Scene } from '../affinity/scene.js'
import type { Reads } from '../graph/graph.js'
import type { Fact } from '../../models/triple.js'
import { RELATIONS, type Kind } from '../../models/vocabulary.js'
import type { Engine } from '../engine.js'
import { fact, NOW, testEngine } from '../../test/world.js'
import { randomUUID } from 'node:crypto'
import { readWorld } from '../../seeds/read.js'
import { openProjections } from './projection.js'

const DAY = NOW.slice(0, 10)
const NO_INDEX: Scene['index'] = { embed: async () => new Float32Array(8), vector: () => null, search: () => [], similarity: () => new Map() }
const sceneOn = (graph: Reads, prior: Scene['prior'], tenantId: string, viewerId: string): Scene =>
  ({ graph, index: NO_INDEX, tenantId, now: DAY, viewerId, prior })

const names = ['ada', 'bob', 'cat', 'dan', 'brand:acme', 'brand:best', 'jazz', 'chess', 'tea', 'trend:mending', 'demographic:gen-z', 'demographic:parents', 'item:x', 'item:y']
const subject = fc.constantFrom('ada', 'bob', 'cat', 'dan', 'brand:acme', 'brand:best')
const one = fc.record({
  subject,
  mark: fc.constantFrom('', '', '', '', '-', '?', '!'),
  relation: fc.constantFrom(...RELATIONS.filter((relation) => relation !== 'MENTIONS')),
  object: fc.constantFrom(...names.map((name) => name.includes(':') ? name : 'abcd'.includes(name[0]!) && name !== 'chess' ? `member:${name}` : name)),
  confidence: fc.constantFrom(1, 0.9, 0.5, 0.31),
  validity: fc.constantFrom([null, null], [null, null], ['2026-01-01', null], ['2027-01-01', null], [null, '2026-06-01'], [null, '2027-06-01']),
  visibility: fc.constantFrom(null, null, null, 'private' as const, 'network' as const),
  observedAt: fc.constantFrom(null, null, '2026-05-01', '2026-05-01T00:00:00.500Z', '2026-05-01T00:00:01Z', '2026-08-02T10:20:30.123Z'),
  source: fc.constantFrom('test', 'member:ada/goals', 'member:bob/basicInfo', 'partnership:p1')
})
const graphOf = fc.array(one, { minLength: 8, maxLength: 60 })

const factsOf = (given: Parameters<typeof toFact>[0][]): Fact[] => given.map(toFact).filter(({ subject, object }) => subject.id !== object.id)
const toFact = ({ subject, mark, relation, object, confidence, validity: [validFrom, validTo], visibility, observedAt, source }:
{ observedAt: string | null, subject: string, mark: string, relation: string, object: string, confidence: number, validity: readonly (string | null)[], visibility: 'private' | 'network' | null, source: string }): Fact =>
  fact(`${subject} ${mark}${relation} ${object}`, { confidence, validFrom: validFrom!, validTo: validTo!, observedAt, source, ...visibility === null ? {} : { visibility } })

t.test('on random graphs the arrays answer as Cypher does, also after each has been changed', async (t) => {
  const engine = await testEngine(t)
  const projections = openProjections(engine.graph)
  t.teardown(() => projections.close())
  const compare = async (tenantId: string) => {
    do await projections.current(tenantId)
    while (projections.arrays(tenantId) === null)
    for (const memberId of ['member:ada', 'member:bob', 'brand:acme']) {
      for (const viewerId of ['', memberId, 'member:cat']) {
        const request = { memberId, kinds: ['member', 'brand', 'topic', 'item'] as never, limit: 20, minScore: -100, explain: 'summary' as const, exclude: { own: false, seen: false } }
        const prior = projections.prior(tenantId)
        const answer = (graph: Reads) => rank(sceneOn(graph, prior, tenantId, viewerId), request).then(({ data }) => data, (error: Error) => error.message)
        const [byCypher, byArrays] = await Promise.all([answer(engine.graph), answer(projections.reader(tenantId))])
        if (typeof byCypher === 'string') t.equal(byArrays, byCypher)
        else sameList(t, byArrays as typeof byCypher, byCypher)
      }
      await sameWithin(tenantId, memberId)
    }
  }
  /** With bounds so tight that they cut small graphs too. */
  const sameWithin = async (tenantId: string, memberId: string) => {
    const arrays = projections.reader(tenantId)
    const known = await arrays.read<{ id: string }>('affinity/seeds', { tenantId, entityId: memberId, viewerId: memberId, now: DAY, limit: 500 })
    const seeds: Record<string, object[]> = {}
    for (const seed of known) (seeds[seed.id] ??= []).push({ ...seed, share: 0 })
    const asking = { tenantId, seeds, seekerId: memberId, viewerId: memberId, degreeMax: 20, now: DAY }
    const ways = { ...walkSettings(projections.prior(tenantId)), degreeMax: 20, firstFacts: 6, breadth: 4, secondFacts: 9 }
    const [labels, limit] = [['Member', 'Brand', 'Topic', 'Item'], 50]
    for (const [name, parameters] of Object.entries({
      candidates: { ...asking, labels, viaFacts: 6, limit },
      walk: { ...asking, ...ways, labels, candidateIds: [], limit },
      'walk-paths': { ...asking, ...ways, candidateIds: ['member:ada', 'member:bob', 'brand:best', 'topic:jazz', 'item:x'].filter((id) => id !== memberId), paths: 2 }
    })) {
      const [byCypher, byArrays] = await Promise.all([engine.graph, arrays].map(async ({ read }) => rounded(await read(`affinity/${name}`, parameters))))
      t.same(byArrays, byCypher, `${name} of ${memberId}`)
    }
  }
  await fc.assert(fc.asyncProperty(graphOf, graphOf, async (first, second) => {
    const tenantId = `test-${randomUUID()}`
    await engine.learn(tenantId, { facts: factsOf(first) }, NOW)
    await compare(tenantId)
    await engine.learn(tenantId, { facts: factsOf(second) }, NOW) // edge by edge from here on
    await compare(tenantId)
  }), { numRuns: 12, seed: 5 })
})

t.test('in the demo world every member gets the same twenty from the arrays as from Cypher', async (t) => {
  const engine = await testEngine(t)
  const tenantId = `test-${randomUUID()}`
  await engine.seed(tenantId)
  await sameTwenty(t, { engine, tenantId, seekers: readWorld().members.map(({ id }) => id), kinds: ['member', 'brand'] })
})

const GOWALLA = '../shared/data/gowalla/train.txt.gz'
t.test('so do users of a part of Gowalla', { skip: existsSync(GOWALLA) ? false : 'there is no such file here' }, async (t) => {
  const engine = await testEngine(t)
  const tenantId = `test-${randomUUID()}`
  const path = join(t.testdir(), 'pairs.txt')
  writeFileSync(path, gunzipSync(readFileSync(GOWALLA)).toString().split('\n').slice(0, 2_000).join('\n'))
  await engine.importFile(tenantId, { path, format: 'pairs' })
  const seekers = Array.from({ length: 250 }, (_, i) => `user:${(i * 7919) % 2_000}`)
  await sameTwenty(t, { engine, tenantId, seekers, kinds: ['item'] })
})

interface Asking { engine: Engine, tenantId: string, seekers: string[], kinds: Kind[] }

async function sameTwenty (t: Test, { engine, tenantId, seekers, kinds }: Asking): Promise<void> {
  const projections = openProjections(engine.graph)
  t.teardown(() => projections.close())
  do await projections.current(tenantId)
  while (projections.arrays(tenantId) === null)
  const prior = projections.prior(tenantId)
  for (const memberId of seekers) {
    const request = { memberId, kinds, limit: 20, explain: 'none' as const }
    const [byCypher, byArrays] = await Promise.all([engine.graph, projections.reader(tenantId)]
      .map((graph) => rank(sceneOn(graph, prior, tenantId, memberId), request)))
    const apart = byCypher!.data.filter(({ id, score }, i) => {
      const other = byArrays!.data[i]!
      return Math.abs(other.score - score) > 1e-9 || (other.id !== id && !byArrays!.data.some((one) => one.id === id && Math.abs(one.score - score) < 1e-9))
    })
    t.ok(byArrays!.data.length === byCypher!.data.length && apart.length === 0, `${memberId}: ${JSON.stringify(apart.slice(0, 2))}`)
  }
}

/** By id, to nine digits: sums in another order differ in their last bits. */
const rounded = (rows: { id?: string }[]) => JSON.parse(JSON.stringify(rows.toSorted((a, b) => a.id! < b.id! ? -1 : 1), (_, value) => typeof value === 'number' ? Number(value.toFixed(9)) : value))

type List = Awaited<ReturnType<typeof rank>>['data']
function sameList (t: Test, got: List, expected: List): void {
  t.strictSame(got.map(({ id }) => id), expected.map(({ id }) => id))
  t.ok(got.every(({ score }, i) => Math.abs(score - expected[i]!.score) < 1e-9), 'scores agree to 1e-9')
  const told = (list: List) => list.map(({ reasons }) => reasons.map(({ text, path }) => [text, path]))
  t.strictSame(told(got), told(expected))
}

t.test('arrays that are behind what was told are not asked', async (t) => {
  const engine = await testEngine(t)
  const tenantId = `test-${randomUUID()}`
  await engine.learn(tenantId, { facts: [fact('ada HAS_AFFINITY_WITH jazz')] }, NOW)
  let byCypher = 0
  const read: Reads['read'] = (name, parameters) => { byCypher += Number(name === 'affinity/excluded'); return engine.graph.read(name, parameters) }
  const projections = openProjections({ ...engine.graph, read })
  t.teardown(() => projections.close())
  while (projections.arrays(tenantId) === null) await projections.current(tenantId)
  const { version } = await projections.current(tenantId)
  const ask = async (atLeast: number) => {
    const before = byCypher
    const rows = await projections.reader(tenantId, { atLeast }).read('affinity/excluded', { tenantId, entityId: 'member:ada', now: DAY })
    return { rows, byCypher: byCypher - before }
  }
  const [told, later] = [await ask(version), await ask(version + 1)]
  t.same(told.rows, later.rows)
  t.same([told.byCypher, later.byCypher], [0, 1])
})
