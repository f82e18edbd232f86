import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { rank } from '../affinity/rank.js'
import type { Scene } from '../affinity/scene.js'
import type { Engine } from '../engine.js'
import { EngineError } from '../errors.js'
import { fact, NOW, testEngine } from '../../test/world.js'
import type { Store } from './keep.js'
import { openProjections, type Projections } from './projection.js'

const DAY = NOW.slice(0, 10)
const NO_INDEX: Scene['index'] = { embed: async () => new Float32Array(8), vector: () => null, search: () => [], similarity: () => new Map() }

/** A Neo4j that does not answer. */
const down = async () => { throw new EngineError('unavailable', 'it is down') }
const DOWN: Store = { read: down, write: down, onChange: () => {} }

const FACTS = ['ada HAS_AFFINITY_WITH jazz', 'bob HAS_AFFINITY_WITH jazz', 'ada HAS_AFFINITY_WITH chess', 'cat -HAS_AFFINITY_WITH chess', 'dan !SEEKS chess', 'ada ?SEEKS brand:acme']
const PRIVATE = fact('bob HAS_AFFINITY_WITH tea', { visibility: 'private', validFrom: '2026-01-01', source: 'member:bob/goals' })

async function open (t: Test, graph: Store, dir: string, log: string[] = []): Promise<Projections> {
  const projections = openProjections(graph, { dir, log: (line) => log.push(line) })
  t.teardown(() => projections.close())
  return projections
}

/** Brought up to date and in the arrays. */
async function held (projections: Projections, tenantId: string) {
  let state
  do state = await projections.current(tenantId)
  while (projections.arrays(tenantId) === null)
  return state
}

async function answers (projections: Projections, tenantId: string) {
  const lists = []
  for (const memberId of ['member:ada', 'member:bob', 'member:cat']) {
    for (const viewerId of ['', memberId]) {
      const scene: Scene = { graph: projections.reader(tenantId), index: NO_INDEX, tenantId, now: DAY, viewerId, prior: projections.prior(tenantId) }
      lists.push((await rank(scene, { memberId, minScore: -100, explain: 'summary', kinds: ['member', 'brand', 'topic'] })).data)
    }
  }
  return lists
}

/** A tenant with some facts, and the folder that a projection has left its snapshot in when it was closed. */
async function kept (t: Test, engine: Engine) {
  const [tenantId, dir] = [`test-${randomUUID()}`, t.testdir()]
  await engine.learn(tenantId, { facts: [...FACTS.map((text) => fact(text)), PRIVATE] }, NOW)
  await engine.giveFeedback(tenantId, 'member:ada', { targetId: 'member:cat', type: 'reject' })
  const first = openProjections(engine.graph, { dir })
  const state = await held(first, tenantId)
  const before = await answers(first, tenantId)
  await first.close()
  const file = join(dir, readdirSync(dir)[0]!)
  return { tenantId, dir, file, state, before }
}

t.test('what comes back from a snapshot answers as what was written, bit for bit, while Neo4j does not answer', async (t) => {
  const { tenantId, dir, file, state, before } = await kept(t, await testEngine(t))
  t.equal(statSync(file).mode & 0o777, 0o600, 'it is its owner\'s alone')

  const projections = await open(t, DOWN, dir)
  const { version, textVersion, stale } = await projections.current(tenantId)
  t.same([version, textVersion], [state.version, state.textVersion])
  t.match(stale, new RegExp(`Neo4j does not answer.* as of version ${version}`))
  t.strictSame(await answers(projections, tenantId), before)
  t.ok(before.flat().length > 4)
  await t.rejects(projections.reader(tenantId).read('graph/entity', { tenantId, entityId: 'member:ada' }), { code: 'unavailable' })
})

t.test('what was written since is followed, also what is gone; and is in the next snapshot', async (t) => {
  const engine = await testEngine(t)
  const { tenantId, dir } = await kept(t, engine)
  await engine.learn(tenantId, { facts: [fact('eve HAS_AFFINITY_WITH jazz')] }, NOW)
  await engine.graph.write(async (run) => {
    await run('graph/lock', { tenantId })
    await run('accounts/erase', { tenantId, memberId: 'member:dan' })
  })

  const log: string[] = []
  const second = openProjections(engine.graph, { dir, log: (line) => log.push(line) })
  t.equal((await held(second, tenantId)).stale, null)
  t.ok(second.arrays(tenantId)!.numbers.has('member:eve'))
  t.notOk(second.arrays(tenantId)!.numbers.has('member:dan'))
  t.same(log, [], 'nothing was read anew')
  const before = await answers(second, tenantId)
  await second.close()
  t.notMatch(readFileSync(join(dir, readdirSync(dir)[0]!), 'latin1'), 'member:dan', 'who is erased is not kept')

  const third = await open(t, DOWN, dir)
  await third.current(tenantId)
  const after = await answers(third, tenantId)
  t.strictSame(after.map((list) => list.map(({ id }) => id)), before.map((list) => list.map(({ id }) => id)))
})

t.test('a file that is torn, altered, or of another form is refused, and the graph read from Neo4j', async (t) => {
  const engine = await testEngine(t)
  const { tenantId, dir, file, before } = await kept(t, engine)
  const whole = readFileSync(file)
  const altered = Buffer.from(whole)
  altered[whole.length - 20]! ^= 1
  const damages: [string, () => void][] = [
    ['torn in the parts', () => { truncateSync(file, whole.length - 10) }],
    ['torn in the header', () => { truncateSync(file, 60) }],
    ['empty', () => { truncateSync(file, 0) }],
    ['altered', () => { writeFileSync(file, altered) }],
    ['of another form', () => { writeFileSync(file, Buffer.concat([Buffer.from('teraffi arrays 0\n'), whole.subarray(17)])) }]
  ]
  for (const [name, damage] of damages) {
    writeFileSync(file, whole)
    damage()
    const log: string[] = []
    const projections = openProjections(engine.graph, { dir, log: (line) => log.push(line) })
    await held(projections, tenantId)
    t.strictSame(await answers(projections, tenantId), before, name)
    t.match(log, [/cannot be used/], name)
    await projections.close()
    t.ok(readFileSync(file).equals(whole) || readFileSync(file).length === whole.length, 'it is written anew')
  }
})

t.test('another graph that has come to the same version, or a later one, is not taken for this one', async (t) => {
  const engine = await testEngine(t)
  const { tenantId, dir, state: { version } } = await kept(t, engine)
  // As if Neo4j had been emptied, or put back to an older backup, and written to since: the versions are there, the marks are others.
  await engine.graph.define([`MATCH (n) WHERE n.tenantId = '${tenantId}' DETACH DELETE n`])
  for (let i = 0; i <= version; i++) await engine.learn(tenantId, { facts: [fact(`zoe HAS_AFFINITY_WITH thing-${i}`)] }, NOW)

  const log: string[] = []
  const projections = await open(t, engine.graph, dir, log)
  await held(projections, tenantId)
  t.ok(projections.arrays(tenantId)!.numbers.has('member:zoe'))
  t.notOk(projections.arrays(tenantId)!.numbers.has('member:ada'))
  t.match(log, [/read anew/])
})

t.test('it is written while the process lives, and only when something has changed', async (t) => {
  const engine = await testEngine(t)
  const [tenantId, dir] = [`test-${randomUUID()}`, t.testdir()]
  await engine.learn(tenantId, { facts: FACTS.map((text) => fact(text)) }, NOW)
  const projections = openProjections(engine.graph, { dir, saveEveryMs: 20 })
  await held(projections, tenantId)
  const files = () => readdirSync(dir).filter((name) => name.endsWith('.snap'))
  while (files().length === 0) await new Promise((resolve) => setImmediate(resolve))
  const made = statSync(join(dir, files()[0]!)).ino
  await engine.learn(tenantId, { facts: [fact('eve HAS_AFFINITY_WITH jazz')] }, NOW)
  while (statSync(join(dir, files()[0]!)).ino === made) await new Promise((resolve) => setImmediate(resolve))
  await projections.close()
  t.equal(files().length, 1, 'a change brings a new file in the place of the old one')
})
