import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../engine/config.js'
import { createEngine } from '../engine/engine.js'
import { readWorld } from '../seeds/read.js'
import { NOW, testConfig } from './world.js'

const { modelDir, dataDir } = loadConfig(testConfig())
const weights = existsSync(join(modelDir ?? join(dataDir, 'models'), 'Xenova/all-MiniLM-L6-v2/onnx/model.onnx'))

for (const embedder of ['hashed', ...weights ? ['minilm'] : []]) {
  t.test(`the demo world with the ${embedder} embedder, through the real extraction and the real engine`, async (t) => {
    const engine = await createEngine(loadConfig({ ...testConfig(), TERAFFI_EMBEDDER: embedder }))
    t.teardown(() => engine.close())
    const { graph } = engine
    const tenantId = `demo-${randomUUID()}`
    const first = await engine.seed(tenantId)
    const { members, brands } = readWorld()
    t.ok(first.facts > 2_000, `${first.facts} facts`)
    t.ok(first.seconds < 60, `loaded in ${first.seconds.toFixed(1)} s`)

    await t.test('loading it twice changes nothing', async (t) => {
      const again = await engine.seed(tenantId)
      t.match(again, { created: 0, version: first.version, facts: first.facts })
    })

    await t.test('its partnerships are told as agreements, not as deals of ours', async (t) => {
      t.same(await engine.deals.doctor(tenantId), [])
    })

    const answers = new Map<string, Awaited<ReturnType<typeof engine.discover>>>()
    for (const { id } of members) answers.set(id, await engine.discover(tenantId, { memberId: id, limit: 10, asOf: NOW, evidence: true }))
    const matches = [...answers].flatMap(([id, { data }]) => data.map((match) => ({ id, match })))

    await t.test('more than a thousand pairs have a positive score', async (t) => {
      const pairs = new Set(matches.filter(({ match }) => match.score > 0).map(({ id, match }) => [id, match.id].sort().join(' ')))
      t.ok(pairs.size >= 1_000, `${pairs.size} distinct pairs`)
      t.strictSame(members.filter(({ id }) => answers.get(id)!.data.length === 0).map(({ id }) => id), [], 'nobody is left without a match')
    })

    await t.test('the values of the reasons sum to the score, and so do the components', async (t) => {
      const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
      t.strictSame(matches.filter(({ match }) => Math.abs(sum(match.reasons.map(({ value }) => value)) - match.score) > 1e-9), [])
      t.strictSame(matches.filter(({ match }) => Math.abs(sum(Object.values(match.components)) - match.score) > 1e-9), [])
      t.strictSame(matches.filter(({ match }) => !(match.confidence >= 0 && match.confidence <= 1)), [])
    })

    await t.test('every path of a reason is in the graph, and its facts have their sentence in the text', async (t) => {
      const reasons = matches.flatMap(({ match }) => match.reasons).filter(({ path }) => path.length > 0)
      t.ok(reasons.length > 1_000, `${reasons.length} reasons with a path`)
      const steps = new Map(reasons.flatMap(({ path }) => stepsOf(path)).map((step) => [Object.values(step).join(' '), step]))
      const cited = await graph.read<{ fact: { factId: string } }>('graph/cite', { tenantId, facts: [...steps.values()] })
      t.strictSame(new Set(cited.map(({ fact }) => fact.factId)), new Set([...steps.values()].map(({ factId }) => factId)))

      const texts = new Map([...members, ...brands].map(({ id, profile, goals }) => [`${id}/answers`, `${profile.trim()}\n\n${goals.trim()}`]))
      const facts = reasons.flatMap(({ facts }) => facts).filter(({ source }) => texts.has(source))
      t.ok(facts.length > 1_000)
      t.strictSame(facts.filter(({ source, span, sentence }) => texts.get(source)!.slice(span!.start, span!.end).replace(/\s/g, ' ') !== sentence), [])
    })

    await t.test('partners of today and those one shuns do not come up as friends', async (t) => {
      for (const { memberId, brandId } of readWorld().partnerships.filter(({ to }) => to === null)) {
        t.notOk(answers.get(memberId)!.data.some(({ id }) => id === brandId), `${memberId} already works with ${brandId}`)
      }
    })

    await t.test('trends have momentum from their time line', async (t) => {
      const { graph } = engine
      const momenta = await Promise.all(readWorld().trends.map(async ({ id }) =>
        (await graph.read<{ properties: { momentum_score: number } }>('graph/entity', { tenantId, entityId: id }))[0]!.properties.momentum_score))
      t.ok(momenta.every((momentum) => momentum > 0 && momentum < 1))
      t.ok(Math.max(...momenta) > 0.6 && Math.min(...momenta) < 0.4, 'some rise, some fade')
    })

    await t.test('two answers are enough', async (t) => {
      const { data, meta } = await engine.onboard(tenantId, {
        name: 'Nora Quist',
        answers: ['I teach visible mending in Malmö and post about slow fashion for gen z.', 'I would love to work with repair brands. No fast fashion.']
      })
      t.equal(data.memberId, 'member:nora-quist')
      t.ok(data.triples.length >= 4, `${data.triples.length} triples understood`)
      t.ok(data.firstMatches.length > 0 && data.firstMatches[0]!.reasons.length > 0)
      t.ok(meta.tookMs < 5_000)
      t.match((await engine.neighborhood(tenantId, 'member:nora-quist', {})).nodes[0], { id: 'member:nora-quist', kind: 'member', name: 'Nora Quist' })
    })

    await t.test('the library answers by name, and only reads', async (t) => {
      const census = await engine.query(tenantId, 'graph/census', {})
      t.match(census.find(({ label }) => label === 'Brand'), { nodes: Number })
      await t.rejects(engine.query(tenantId, 'graph/lock', {}), { code: 'permission_denied' })
      await t.rejects(engine.query(tenantId, 'graph/nothing', {}), { code: 'not_found' })
    })
  })
}

function stepsOf (path: string[]) {
  return Array.from({ length: (path.length - 1) / 2 }, (_, i) => ({ from: path[2 * i]!, factId: path[2 * i + 1]!, to: path[2 * i + 2]! }))
}
