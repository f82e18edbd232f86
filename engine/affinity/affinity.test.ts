import t from 'tap'
import type { DiscoverRequest } from '../../models/affinity.js'
import { fact, NOW, world } from '../../test/world.js'
import { EngineError } from '../errors.js'

/** The graph terms alone, so that a score can be worked out by hand. */
const GRAPH_ONLY = { similarity: 0, goalSimilarity: 0, walk: 0 }
type World = Awaited<ReturnType<typeof world>>
const discover = ({ engine, tenantId }: World, request: DiscoverRequest) =>
  engine.discover(tenantId, { kinds: ['member'], asOf: NOW.slice(0, 10), weights: GRAPH_ONLY, evidence: true, ...request })

t.test('a rare shared interest counts more than a popular one', async (t) => {
  const w = await world(t,
    'ada HAS_AFFINITY_WITH jazz', 'bob HAS_AFFINITY_WITH jazz',
    'ada HAS_AFFINITY_WITH chess', 'cat HAS_AFFINITY_WITH chess', 'dan HAS_AFFINITY_WITH chess')

  const { data: [first, second, third] } = await discover(w, { memberId: 'member:ada' })

  // Jazz has 2 fans and chess 3: bob earns 1/ln 2 = 1.4427, cat and dan 1/ln 3 = 0.9102.
  t.match(first, { id: 'member:bob', rank: 1, components: { shared: first!.score } })
  t.equal(first!.score.toFixed(4), '1.4427')
  t.equal(second!.score.toFixed(4), '0.9102')
  t.strictSame([second!.id, third!.id], ['member:cat', 'member:dan'], 'ties break by id, so the order never flickers')
  t.match(first!.reasons, [{ term: 'shared', text: 'ada likes jazz; bob likes jazz.', facts: [{ sentence: 'ada HAS_AFFINITY_WITH jazz.' }, { sentence: 'bob HAS_AFFINITY_WITH jazz.' }] }])
  t.strictSame(first!.reasons[0]!.path.filter((_, i) => i % 2 === 0), ['member:ada', 'topic:jazz', 'member:bob'])
})

t.test('a denied fact never brings together, it parts', async (t) => {
  const w = await world(t,
    'ada HAS_AFFINITY_WITH jazz', 'bob HAS_AFFINITY_WITH jazz', 'bob AVOIDS chess', 'ada HAS_AFFINITY_WITH chess',
    'cat -HAS_AFFINITY_WITH jazz', 'dan ?HAS_AFFINITY_WITH jazz', 'eve AVOIDS tobacco', 'ada AVOIDS tobacco')

  const { data } = await discover(w, { memberId: 'member:ada', minScore: -100 })
  const by = new Map(data.map((one) => [one.id, one]))

  t.ok(by.get('member:bob')!.components.conflict! < 0, 'what one likes and the other avoids counts against')
  t.match(by.get('member:bob')!.warnings, [/shuns/])
  t.notOk(by.has('member:cat'), 'cat, who does not like jazz, is not found by it')
  t.notOk(by.has('member:eve'), 'that both avoid a thing brings nobody together')
  const possible = by.get('member:dan')!.score
  t.ok(possible > 0 && possible < by.get('member:bob')!.components.shared! / 2, 'a possibility counts less than a fact')
})

t.test('a wish met is its own term, both ways', async (t) => {
  const w = await world(t, 'ada SEEKS baker', 'bob IS_A baker', 'cat SEEKS baker', 'brand:acme !PARTNERED_WITH baker')
  const { data: [first, second] } = await discover(w, { memberId: 'member:ada' })
  t.match(first, { id: 'member:bob', reasons: [{ term: 'goal', text: 'A wish met: ada looks for baker; bob is baker.' }] })
  t.equal(second?.id, 'member:cat', 'who seeks the same is met less than who is it')
  t.ok('shared' in second!.components)

  const { data: [met] } = await discover(w, { memberId: 'member:bob', kinds: ['brand'] })
  t.match(met, { id: 'brand:acme', reasons: [{ term: 'goal', text: 'A wish met: bob is baker; acme would like to work with baker.' }] })
})

t.test('audiences count by their share, trends by their momentum', async (t) => {
  const w = await world(t,
    'ada TARGETS_AUDIENCE demographic:gen-z', 'ada TARGETS_AUDIENCE demographic:parents',
    'brand:acme TARGETS_AUDIENCE demographic:gen-z', 'brand:best REACHES demographic:gen-z', 'brand:best REACHES demographic:parents',
    'ada COVERS_TOPIC trend:mending', 'brand:cord COVERS_TOPIC trend:mending')
  const { data } = await discover(w, { memberId: 'member:ada', kinds: ['brand'] })
  t.strictSame(data.map(({ id, score }) => [id, score]), [['brand:best', 1], ['brand:acme', 0.5], ['brand:cord', 0.5]])
  t.match(data.map(({ components }) => Object.keys(components)), [['audience'], ['audience'], ['trend']])
})

t.test('the walk reaches what those like you have', async (t) => {
  const w = await world(t, 'ada HAS_AFFINITY_WITH item:x', 'bob HAS_AFFINITY_WITH item:x', 'bob HAS_AFFINITY_WITH item:y')
  const { data } = await discover(w, { memberId: 'member:ada', kinds: ['item'], weights: { ...GRAPH_ONLY, walk: 1 } })
  // From x (2 fans) 2^−0.7 goes to bob, who has 2 items: y earns 2^−0.7 · 2^−0.7, and more for having less than is typical (√2); x is left out.
  t.match(data, [{ id: 'item:y', reasons: [{ term: 'walk', text: 'ada likes x; bob likes x; bob likes y.' }] }])
  t.ok(Math.abs(data[0]!.score - 2 ** -1.4 * Math.SQRT2 ** 0.05) < 1e-9, String(data[0]!.score))
  t.equal(data.length, 1)
})

t.test('the walk follows what was observed last further than what is older', async (t) => {
  const fans = ['bob HAS_AFFINITY_WITH item:old', 'bob HAS_AFFINITY_WITH item:by-old', 'cat HAS_AFFINITY_WITH item:new', 'cat HAS_AFFINITY_WITH item:by-new']
  const ask = async (...times: string[]) => {
    const w = await world(t, ...fans, ...['old', 'new'].map((name, i) => fact(`ada HAS_AFFINITY_WITH item:${name}`, { observedAt: times[i]! })))
    const { data } = await discover(w, { memberId: 'member:ada', kinds: ['item'], weights: { ...GRAPH_ONLY, walk: 1 } })
    return new Map(data.map(({ id, score }) => [id, score]))
  }
  const apart = await ask('2026-05-01T10:00:00Z', '2026-05-02')
  t.ok(Math.abs(apart.get('item:by-old')! / apart.get('item:by-new')! - 2 ** -0.7) < 1e-9, JSON.stringify([...apart]))
  const together = await ask('2026-05-01', '2026-05-01T00:00:00.250Z')
  t.equal(together.get('item:by-old'), together.get('item:by-new'), 'within a second, neither is the newer')
})

t.test('who is left out, and who is not', async (t) => {
  const w = await world(t,
    'ada HAS_AFFINITY_WITH jazz', ...['now', 'past', 'wish', 'maybe', 'never', 'block', 'blocker', 'own'].map((name) => `brand:${name} COVERS_TOPIC jazz`),
    'ada PARTNERED_WITH brand:now', fact('ada PARTNERED_WITH brand:past', { validFrom: '2024-01-01', validTo: '2024-12-31' }),
    'ada !PARTNERED_WITH brand:wish', 'ada ?PARTNERED_WITH brand:maybe', 'ada -PARTNERED_WITH brand:never',
    'ada BLOCKS brand:block', 'brand:blocker BLOCKS member:ada', 'ada OWNS brand:own')
  const found = async (request: DiscoverRequest) => (await discover(w, { memberId: 'member:ada', kinds: ['brand'], minScore: -100, ...request })).data.map(({ id }) => id).sort()

  t.strictSame(await found({}), ['brand:maybe', 'brand:never', 'brand:past', 'brand:wish'])
  t.strictSame(await found({ exclude: { partnered: false } }), ['brand:maybe', 'brand:never', 'brand:now', 'brand:past', 'brand:wish'])
  t.strictSame(await found({ exclude: { own: false, memberIds: ['brand:past'] } }), ['brand:maybe', 'brand:never', 'brand:own', 'brand:wish'])
  t.strictSame(await found({ asOf: '2024-06-01' }), ['brand:maybe', 'brand:never', 'brand:wish'], 'as of a day of the partnership, it is one')
})

t.test('filters narrow, and find all that pass', async (t) => {
  const w = await world(t, 'ada HAS_AFFINITY_WITH jazz')
  const brand = (name: string, industry: string) => ({ id: `brand:${name}`, label: 'Brand' as const, name, properties: { industry }, profile: null, goals: null, content: null })
  await w.engine.learn(w.tenantId, {
    descriptions: [brand('a', 'Food'), brand('b', 'music'), brand('c', 'music'),
      { id: 'demographic:young', label: 'Demographic', name: 'young', properties: { ageBand: '18-24', gender: 'woman', language: 'German' }, profile: null, goals: null, content: null }],
    facts: ['brand:a COVERS_TOPIC jazz', 'brand:b COVERS_TOPIC jazz', 'brand:c COVERS_TOPIC jazz', 'brand:a LOCATED_IN place:berlin', 'brand:b TARGETS_AUDIENCE demographic:young',
      fact('brand:c REACHES demographic:old', { properties: { count: 50000 } }), fact('brand:c HAS_BUDGET amount:5000-eur', { properties: { amountMinor: 500000, currency: 'EUR' } })]
      .map((one) => typeof one === 'string' ? fact(one) : one)
  }, NOW)
  const found = async (filters: DiscoverRequest['filters']) => (await discover(w, { memberId: 'member:ada', kinds: ['brand'], filters })).data.map(({ id }) => id)

  t.strictSame(await found({ industry: ['food'] }), ['brand:a'])
  t.strictSame(await found({ industry: ['MUSIC'] }), ['brand:b', 'brand:c'])
  t.strictSame(await found({ regions: ['Berlin'] }), ['brand:a'])
  t.strictSame(await found({ ageBands: ['18-24'], genders: ['Woman'], languages: ['german'] }), ['brand:b'])
  t.strictSame(await found({ interests: ['Jazz'] }), ['brand:a', 'brand:b', 'brand:c'])
  t.strictSame(await found({ followers: { min: 10_000, max: 60_000 } }), ['brand:c'])
  t.strictSame(await found({ followers: { min: 60_000 } }), [])
  t.strictSame(await found({ budget: { currency: 'EUR', maxMinor: 600_000 } }), ['brand:c'])
  t.strictSame(await found({ budget: { currency: 'USD' } }), [])
  t.strictSame(await found({ industry: ['music'], regions: ['Berlin'] }), [])
})

t.test('plain words find by what they name and by what they sound like', async (t) => {
  const w = await world(t, 'bob COVERS_TOPIC street-food', 'cat COVERS_TOPIC opera')
  const { data: [first] } = await discover(w, { query: 'Someone who talks about street food, please' })
  t.match(first, { id: 'member:bob', reasons: [{ term: 'goal', text: 'A wish met: You ask for street-food; bob covers street-food.' }] })
  t.strictSame(first!.reasons[0]!.path.filter((_, i) => i % 2 === 0), ['topic:street-food', 'member:bob'], 'the path begins where the graph does')
})

t.test('in words alone nouns ask, and who asks brings no wishes but those, and is shown neither themselves nor their partners', async (t) => {
  const w = await world(t, 'ada COVERS_TOPIC opera', 'ada COVERS_TOPIC bookshop', 'dan COVERS_TOPIC opera', 'bob COVERS_TOPIC bookshop', 'cat COVERS_TOPIC run',
    'brand:acme COVERS_TOPIC bookshop', 'ada PARTNERED_WITH brand:acme')
  const { data } = await w.engine.discover(w.tenantId, { query: 'somebody who runs a bookshop' }, { viewerId: 'member:ada' })
  t.strictSame(data.filter(({ components: { goal = 0, shared = 0 } }) => goal + shared > 0).map(({ id }) => id), ['member:bob'])
  t.strictSame(data.filter(({ id }) => id === 'member:ada' || id === 'brand:acme'), [])
})

t.test('what a request turns down is not granted', async (t) => {
  const w = await world(t, 'bob COVERS_TOPIC tea', 'cat COVERS_TOPIC knives', 'dan COVERS_TOPIC coffee')
  const granted = async (query: string) => (await discover(w, { query, minScore: -100 })).data
    .filter(({ components: { goal = 0, shared = 0 } }) => goal + shared > 0).map(({ id }) => id)
  const refusals = ['no coffee, tea or knives', 'anything but tea', 'I am tired of tea', 'tea? no thanks', 'less tea', 'other than tea', 'leave out tea', 'nothing with tea']
  for (const query of refusals) t.strictSame(await granted(query), [], query)
  t.strictSame(await granted('tea, but not coffee'), ['member:bob'])
  t.strictSame(await granted('Someone for tea. No knives.'), ['member:bob'])
})

t.test('what a third party says of two shuts nobody out', async (t) => {
  const answers = (who: string) => ({ source: `member:${who}/answers` })
  const w = await world(t, 'ada HAS_AFFINITY_WITH jazz', 'brand:acme COVERS_TOPIC jazz', 'brand:best COVERS_TOPIC jazz',
    fact('ada BLOCKS brand:acme', answers('zed')), fact('ada BLOCKS brand:best', answers('ada')))
  t.strictSame((await discover(w, { memberId: 'member:ada', kinds: ['brand'], minScore: -100 })).data.map(({ id }) => id), ['brand:acme'])
})

t.test('filters take only what is certain and current', async (t) => {
  const w = await world(t, 'ada HAS_AFFINITY_WITH jazz', ...['a', 'b', 'c', 'd'].map((name) => `brand:${name} COVERS_TOPIC jazz`),
    'brand:a LOCATED_IN place:leeds', 'brand:b !LOCATED_IN place:leeds', 'brand:c -LOCATED_IN place:leeds', fact('brand:d LOCATED_IN place:leeds', { validTo: '2020-12-31' }))
  t.strictSame((await discover(w, { memberId: 'member:ada', kinds: ['brand'], filters: { regions: ['Leeds'] } })).data.map(({ id }) => id), ['brand:a'])
})

t.test('who answers again is understood anew', async (t) => {
  const { engine, graph, tenantId } = await world(t)
  const onboard = (profile: string) => engine.onboard(tenantId, { name: 'Rita Once', answers: [profile, 'I would like to work with Quarrix.'] })
  await onboard('I live in Berlin. I love opera.')
  await onboard('I live in Leeds. I love opera.')
  const rows = await graph.read<{ relation: string, object: string, fact: { validTo?: string } }>('graph/facts', { tenantId, after: '', limit: 10 })
  t.strictSame(rows.filter(({ fact }) => fact.validTo === undefined).map(({ relation, object }) => `${relation} ${object}`).sort(),
    ['HAS_AFFINITY_WITH topic:opera', 'LOCATED_IN place:leeds', 'PARTNERED_WITH brand:quarrix'])
  t.match(rows.find(({ object }) => object === 'place:berlin'), { fact: { validTo: /^\d{4}-\d{2}-\d{2}$/ } }, 'the old place has an end')
  const there = async (place: string) => (await engine.discover(tenantId, { query: 'opera', kinds: ['member'], filters: { regions: [place] } })).data.length
  t.strictSame([await there('Berlin'), await there('Leeds')], [0, 1], 'and counts no more')
  await t.rejects(engine.onboard(tenantId, { name: '!!!', answers: ['I sing.', 'Anyone.'] }), { code: 'invalid_argument' })
})

t.test('the same answer for the same question, and clear refusals', async (t) => {
  const w = await world(t, 'ada HAS_AFFINITY_WITH jazz', 'bob HAS_AFFINITY_WITH jazz')
  const ask = () => w.engine.discover(w.tenantId, { memberId: 'member:ada', asOf: '2026-11-01' })
  t.equal(JSON.stringify((await ask()).data), JSON.stringify((await ask()).data))
  await t.rejects(w.engine.discover(w.tenantId, { memberId: 'member:nobody' }), new EngineError('not_found', 'There is no entity "member:nobody"; a search by words (query) finds names.'))
  await t.rejects(w.engine.discover(w.tenantId, {}), { code: 'invalid_argument' })

  const other = await world(t, 'eve HAS_AFFINITY_WITH opera')
  await t.rejects(w.engine.discover(other.tenantId, { memberId: 'member:ada' }), { code: 'not_found' }, 'another tenant does not know ada')
})

t.test('recommendations are kept until the graph changes', async (t) => {
  const { engine, tenantId } = await world(t, 'ada HAS_AFFINITY_WITH jazz', 'bob HAS_AFFINITY_WITH jazz')
  const ask = () => engine.recommendations(tenantId, { memberId: 'member:ada' })
  t.equal((await ask()).meta.cached, false)
  t.equal((await ask()).meta.cached, true)
  await engine.learn(tenantId, { facts: [fact('cat HAS_AFFINITY_WITH jazz')] }, NOW)
  const { data, meta } = await ask()
  t.equal(meta.cached, false)
  t.ok(data.some(({ id }) => id === 'member:cat'), 'the next answer knows the new fact')
})

t.test('any pair can be explained, also one that would not be listed', async (t) => {
  const { engine, tenantId } = await world(t, 'ada HAS_AFFINITY_WITH jazz', 'bob HAS_AFFINITY_WITH jazz', 'cat AVOIDS jazz')
  const { data: bob } = await engine.explain(tenantId, { member: 'member:ada', target: 'member:bob' })
  const listed = (await engine.discover(tenantId, { memberId: 'member:ada' })).data.find(({ id }) => id === 'member:bob')!
  t.equal(bob.score, listed.score)
  t.ok((await engine.explain(tenantId, { member: 'member:ada', target: 'member:cat' })).data.score < 0)
  await t.rejects(engine.explain(tenantId, { member: 'member:ada', target: 'member:nobody' }), { code: 'not_found' })
})
