import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { fact, NOW, testEngine, world } from '../../test/world.js'
import type { Fact } from '../../models/triple.js'
import { RELATIONS } from '../../models/vocabulary.js'
import { evidenceLine, factId, mergeEvidence, parseEvidence, resolve } from './evidence.js'
import type { Graph } from './graph.js'
import { ingest } from './ingest.js'
import { link, namesIn } from './link.js'
import { parseQuery, problemWith } from './query.js'

/** Everything a tenant's graph says, in one canonical text; bookkeeping (the version of a fact) left out. */
async function graphHash (graph: Graph, tenantId: string): Promise<string> {
  const facts = await graph.read<{ fact: { version?: number } }>('graph/facts', { tenantId, after: '', limit: 10_000 })
  for (const row of facts) delete row.fact.version
  const nodes = await graph.read('graph/census', { tenantId })
  return createHash('sha256').update(JSON.stringify([facts, nodes], sortedKeys)).digest('hex')
}
const sortedKeys = (_: string, value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
  ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
  : value

const anyFact: fc.Arbitrary<Fact> = fc.record({
  subject: fc.constantFrom('ada', 'Ada', 'bob'),
  relation: fc.constantFrom('HAS_AFFINITY_WITH', 'AVOIDS', 'MENTIONS'),
  object: fc.constantFrom('jazz', 'Jazz', 'chess sets', 'brand:acme'),
  mark: fc.constantFrom('', '-', '?', '!'),
  lemma: fc.constantFrom('hum', 'paint'),
  confidence: fc.constantFrom(0.25, 0.5, 1),
  source: fc.constantFrom('doc 1', 'doc 2'),
  observedAt: fc.constantFrom('2025-01-01', '2026-01-01', null),
  validTo: fc.constantFrom('2026-06-01', null)
}).map(({ subject, relation, object, mark, ...more }) => fact(`${subject} ${mark}${relation} ${object}`, more))

t.test('any order and any repetition of the same facts gives the same graph', async (t) => {
  const { graph } = await testEngine(t)
  const cases = fc.array(anyFact, { minLength: 1, maxLength: 12 }).chain((facts) => fc.record({
    facts: fc.constant(facts),
    again: fc.shuffledSubarray([...facts, ...facts, ...facts], { minLength: facts.length * 3, maxLength: facts.length * 3 }),
    cuts: fc.array(fc.nat(facts.length * 3), { maxLength: 3 })
  }))
  await fc.assert(fc.asyncProperty(cases, fc.uuid(), async ({ facts, again, cuts }, id) => {
    await ingest(graph, `order-a-${id}`, facts, [], { now: NOW })
    for (const [start, end] of slices(cuts, again.length)) await ingest(graph, `order-b-${id}`, again.slice(start, end), [], { now: NOW })
    return await graphHash(graph, `order-a-${id}`) === await graphHash(graph, `order-b-${id}`)
  }), { numRuns: 25, seed: 7 })
  t.pass('25 shuffled, repeated, cut histories end alike')
})

function slices (cuts: number[], length: number): [number, number][] {
  const bounds = [...new Set([0, ...cuts, length])].sort((a, b) => a - b)
  return bounds.slice(1).map((end, i) => [bounds[i]!, end])
}

t.test('facts told at the same time share transactions, and each teller hears what became of its own', async (t) => {
  const { graph, tenantId } = await world(t, 'ada HAS_AFFINITY_WITH jazz')
  const noted: number[] = []
  graph.onChange(async (tenant, { version }) => { if (tenant === tenantId) noted.push(version) })
  const tellers = ['bob', 'cat', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida'].map((who) => [fact(`${who} HAS_AFFINITY_WITH jazz`), fact('ada HAS_AFFINITY_WITH jazz', { source: who })])
  const told = await Promise.all([...tellers, ...tellers].map((facts) => ingest(graph, tenantId, facts, [], { now: NOW })))
  for (const one of told.slice(0, 8)) t.match(one, { created: 1, merged: 1, duplicate: 0 })
  for (const one of told.slice(8)) t.match(one, { created: 0, merged: 0, duplicate: 2 })
  t.ok(noted.length < 8, `${noted.length} transactions`)
  t.equal(noted.length, Math.max(...told.map(({ version }) => version)) - 1, 'the version counts transactions')

  const facts = await graph.read<{ subject: string, fact: { evidence: string[] } }>('graph/facts', { tenantId, after: '', limit: 100 })
  t.equal(facts.length, 9)
  t.equal(facts.find(({ subject }) => subject === 'member:ada')?.fact.evidence.length, 9)
})

t.test('of facts told at the same time one that cannot be written fails alone', async (t) => {
  const { graph, tenantId } = await world(t, 'ada HAS_AFFINITY_WITH jazz')
  const tell = (one: Fact) => ingest(graph, tenantId, [one], [], { now: NOW })
  const broken = { ...fact('cat HAS_AFFINITY_WITH jazz'), relation: '' as Fact['relation'] }
  const told = await Promise.allSettled([fact('bob HAS_AFFINITY_WITH jazz'), broken, fact('dan HAS_AFFINITY_WITH jazz')].map(tell))
  t.same(told.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  t.match(await tell(fact('eve HAS_AFFINITY_WITH jazz')), { created: 1 }, 'and what is told next is written')
})

t.test('the counts say what became of the evidence, and the version only what changed', async (t) => {
  const { graph, tenantId } = await world(t, 'ada HAS_AFFINITY_WITH jazz')
  const write = (...facts: Fact[]) => ingest(graph, tenantId, facts, [], { now: NOW })
  t.match(await write(fact('ada HAS_AFFINITY_WITH jazz')), { created: 0, merged: 0, duplicate: 1, version: 1 })
  t.match(await write(fact('ada HAS_AFFINITY_WITH jazz', { source: 'other' }), fact('bob IS_A baker')), { created: 1, merged: 1, duplicate: 0, version: 2 })
  t.match(await write(fact('bob IS_A baker'), fact('bob IS_A baker')), { created: 0, merged: 0, duplicate: 2, version: 2 })
})

t.test('writers of one tenant take turns: no evidence is lost', async (t) => {
  const { graph, tenantId } = await world(t)
  await Promise.all(Array.from({ length: 12 }, (_, i) => ingest(graph, tenantId, [fact('ada HAS_AFFINITY_WITH jazz', { source: `doc ${i}` })], [], { now: NOW })))
  const [row] = await graph.read<{ fact: { evidence: string[], certainPositive: number } }>('graph/facts', { tenantId, after: '', limit: 10 })
  t.equal(row!.fact.evidence.length, 12)
  t.equal(row!.fact.certainPositive, 12)
})

t.test('MENTIONS keeps its lemma apart, other relations do not', async (t) => {
  const { graph, tenantId } = await world(t,
    fact('ada MENTIONS jazz', { lemma: 'hum' }), fact('ada MENTIONS jazz', { lemma: 'paint' }), fact('ada COVERS_TOPIC jazz', { lemma: 'cover' }), fact('ada COVERS_TOPIC jazz', { lemma: 'review' }))
  const rows = await graph.read<{ relation: string, fact: { lemma?: string } }>('graph/facts', { tenantId, after: '', limit: 10 })
  t.strictSame(rows.map(({ relation, fact }) => [relation, fact.lemma]).sort(), [['COVERS_TOPIC', undefined], ['MENTIONS', 'hum'], ['MENTIONS', 'paint']])
  t.not(factId(fact('ada COVERS_TOPIC jazz')), factId(fact('ada INTERESTED_IN jazz')))
})

t.test('what evidence resolves to', (t) => {
  const lines = (facts: Fact[]) => facts.reduce((held, one) => mergeEvidence(held, [evidenceLine(one, NOW)]), [] as string[])
  const resolved = (...facts: Fact[]) => resolve(lines(facts), facts[0]!.relation)
  const likes = (mark: string, confidence: number, more: Partial<Fact> = {}) => fact(`ada ${mark}HAS_AFFINITY_WITH jazz`, { confidence, ...more })

  t.match(resolved(likes('', 0.5), likes('', 0.5, { source: 'b' })), { polarity: '+', modality: 'certain', confidence: 0.75, weight: 0.75, certainPositive: 2 }, 'two halves make three quarters')
  t.match(resolved(likes('!', 0.5), likes('?', 1)), { modality: 'desired', weight: 0.3, desiredPositive: 1, possiblePositive: 1 }, 'the surest modality decides')
  t.match(resolved(likes('', 0.5), likes('-', 0.5)), { polarity: '-', certainPositive: 1, certainNegative: 1 }, 'a tie counts as denied')
  t.match(resolved(likes('-', 1)), { polarity: '-', weight: -1 })
  t.match(resolved(likes('', Number.MIN_VALUE)), { polarity: '+', certainPositive: 1 }, 'what is hardly said at all is not denied')
  t.match(resolved(fact('ada AVOIDS jazz')), { polarity: '+', weight: -1 }, 'to avoid a thing speaks against it')
  t.match(resolved(fact('ada -AVOIDS jazz')), { weight: 1 })
  t.match(resolved(likes('', 1, { validTo: '2025-01-01' })), { validTo: '2025-01-01' })
  t.match(resolved(likes('', 1, { validTo: '2025-01-01' }), likes('', 1)), { validTo: null }, 'one source without an end leaves it open')
  t.match(resolved(likes('', 1, { properties: { count: 5 }, observedAt: '2024-01-01' }), likes('', 1, { properties: { count: 7 }, observedAt: '2025-01-01' })), { count: 7 }, 'the latest figure counts')
  t.end()
})

t.test('a negated or merely possible fact never becomes positive, certain evidence', (t) => {
  fc.assert(fc.property(fc.array(anyFact.filter(({ polarity, modality }) => polarity === '-' || modality !== 'certain'), { minLength: 1, maxLength: 8 }), (facts) => {
    const lines = facts.reduce((held, one) => mergeEvidence(held, [evidenceLine(one, NOW)]), [] as string[])
    const { polarity, modality, certainPositive, weight } = resolve(lines, 'HAS_AFFINITY_WITH')
    return certainPositive === 0 && !(polarity === '+' && modality === 'certain') && weight <= 0.6
  }))
  t.pass()
  t.end()
})

t.test('evidence keeps everything, in a line', (t) => {
  fc.assert(fc.property(fc.record({
    sentence: fc.string({ unit: 'grapheme' }), source: fc.string(), importId: fc.option(fc.stringMatching(/^[a-z0-9]{1,9}$/)), start: fc.option(fc.nat()), confidence: fc.double({ min: 0, max: 1, noNaN: true })
  }), (more) => {
    const one = fact('ada HAS_AFFINITY_WITH jazz', { ...more, end: more.start, properties: { count: 3, unit: 'a\tb' } })
    const kept = parseEvidence(evidenceLine(one, NOW))
    return kept.sentence === one.sentence.replace(/[\t\r\n]/g, ' ') && kept.sentence.length === one.sentence.length && kept.start === one.start &&
      kept.confidence === one.confidence && kept.importId === one.importId && kept.properties.unit === 'a\tb' && kept.observedAt === NOW
  }))
  t.pass()
  t.end()
})

t.test('a name means the described node that goes by it', async (t) => {
  const { engine, graph, tenantId } = await world(t, 'ada COVERS_TOPIC harvest')
  const described = (id: string, label: 'Brand' | 'Trend' | 'Member', name: string) => ({ id, label, name, properties: {}, profile: null, goals: null, content: null })
  await engine.learn(tenantId, { descriptions: [described('brand:harvest', 'Brand', 'Harvest'), described('trend:slow-fashion', 'Trend', 'slow fashion'), described('member:mia-tran', 'Member', 'Mia Tran')] }, NOW)
  const linked = await link(graph, tenantId, [
    { name: 'Harvest', label: 'Brand' }, { name: 'harvest', label: 'Topic' }, { name: 'the Slow Fashion', label: 'Topic' }, { name: 'Mia Tran', label: 'Brand' }, { name: 'Nobody Known', label: 'Brand' }])
  t.strictSame([...linked.values()].map(({ id }) => id), ['brand:harvest', 'topic:harvest', 'trend:slow-fashion', 'member:mia-tran', 'brand:nobody-known'])
  t.strictSame((await namesIn(graph, tenantId, 'I like slow fashion at Harvest, and the harvest.')).map(({ id }) => id).sort(), ['brand:harvest', 'topic:harvest', 'trend:slow-fashion'])
})

t.test('texts that change carry the version that changed them', async (t) => {
  const { engine, graph, tenantId } = await world(t)
  const describe = (profile: string) => engine.learn(tenantId, { descriptions: [{ id: 'member:ada', label: 'Member', name: 'Ada', properties: {}, profile, goals: null, content: null }] }, NOW)
  const since = async (version: number) => (await graph.read('graph/texts', { tenantId, since: version, after: '', limit: 10 })).length
  t.equal((await describe('I play jazz.')).version, 1)
  t.equal((await describe('I play jazz.')).version, 1, 'the same again changes nothing')
  t.equal((await describe('I play chess.')).version, 2)
  t.strictSame([await since(0), await since(1), await since(2)], [1, 1, 0])
})

t.test('names from outside never become labels, types or Cypher', async (t) => {
  const hostile = ['`) DETACH DELETE n //', "'}) MATCH (n) DETACH DELETE n", '\\u0060', '$(x)', '__proto__', 'a\u0000b', '\ud800', '-'.repeat(300)]
  const { graph, tenantId } = await world(t, 'ada HAS_AFFINITY_WITH jazz', ...hostile.map((name) => ({ ...fact('ada MENTIONS jazz'), object: { id: `topic:${name}`, label: 'Topic' as const, name }, lemma: name })))
  const rows = await graph.read<{ relation: string }>('graph/facts', { tenantId, after: '', limit: 100 })
  t.equal(rows.length, hostile.length + 1)
  t.ok(rows.every(({ relation }) => (RELATIONS as string[]).includes(relation)))
})

t.test('parameters are held to the header', (t) => {
  const query = parseQuery('x/y', '// About.\n//\n//   takes    tenantId string, limit integer, rows list with integer count\n//   returns  id string\n//   seeks    Entity(tenantId, id)\n\nRETURN 1')
  t.match(query, { about: 'About.', takes: { rows: { type: 'list', integers: ['count'] } }, returns: { id: 'string' }, seeks: ['Entity(tenantId, id)'], writes: false })
  t.equal(problemWith(query, { tenantId: 'a', limit: 1.5, rows: [] }), 'Query x/y takes limit as integer; got 1.5.')
  t.equal(problemWith(query, { tenantId: 'a', limit: 1, rows: [], other: 1 }), 'Query x/y does not take other; it takes tenantId, limit, rows.')
  t.equal(problemWith(query, { tenantId: 'a', limit: 1, rows: [] }), null)
  t.end()
})
