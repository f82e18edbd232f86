import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { buildApp } from '../api/app.js'
import { WEIGHTS } from '../engine/affinity/weights.js'
import type { Affinity } from '../models/affinity.js'
import { loggedIn } from './login.js'
import { fact, testConfig, testEngine } from './world.js'

const TERAFFI = fileURLToPath(new URL('../bin/teraffi.mjs', import.meta.url))
const today = new Date().toISOString().slice(0, 10)

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
await app.ready()

const { actor: { tenantId, memberId }, headers } = await loggedIn(app, engine, { name: 'Ada Lind' })
await engine.learn(tenantId, {
  facts: [
    fact('ada-lind COVERS_TOPIC tea', { confidence: 0.83 }), fact('brand:kettle COVERS_TOPIC tea', { confidence: 0.71 }), 'bo COVERS_TOPIC tea',
    'ada-lind SEEKS sponsor', fact('brand:kettle IS_A sponsor', { confidence: 0.6 }),
    'ada-lind TARGETS_AUDIENCE demographic:gen-z', 'ada-lind TARGETS_AUDIENCE demographic:parents', 'brand:kettle REACHES demographic:parents',
    'ada-lind HAS_AFFINITY_WITH trend:mending', 'brand:kettle PROMOTES trend:mending',
    'ada-lind AVOIDS plastic', fact('brand:kettle SELLS plastic', { confidence: 0.4 }), 'ada-lind AVOIDS tobacco',
    'bo HAS_AFFINITY_WITH item:pot', 'brand:mug SELLS item:pot', 'brand:mug COVERS_TOPIC tea', fact('ada-lind ?PROMOTES brand:kettle', { confidence: 0.5 })
  ].map((one) => typeof one === 'string' ? fact(one) : one)
})
await engine.giveFeedback(tenantId, memberId, { type: 'accept', targetId: 'brand:kettle' })

interface Seed { id: string, label: string, weight: number, confidence: number, wish: boolean, factId: string }
interface PathRow { term: keyof typeof WEIGHTS, value: number }

/** What an analyst would work out with the files of cypher/affinity and a pencil. */
async function byHand (target: string): Promise<number> {
  const rows = async <T>(name: string, parameters: object) => await engine.query(tenantId, `affinity/${name}`, { ...parameters }) as T[]
  const known = await rows<Seed>('seeds', { entityId: memberId, viewerId: memberId, now: today, limit: 500 })
  const audiences = new Set(known.filter(({ label, weight }) => label === 'Demographic' && weight > 0).map(({ id }) => id))
  const seeds: Record<string, object[]> = {}
  for (const seed of known) (seeds[seed.id] ??= []).push({ ...seed, share: audiences.has(seed.id) ? 1 / audiences.size : 0 })

  const common = { seeds, seekerId: memberId, viewerId: memberId, labels: ['Brand'], candidateIds: [target], degreeMax: 1000, now: today }
  const paths = await rows<PathRow>('paths', common)
  const walks = await rows<{ value: number }>('walk', { ...common, ...await engine.walkSettings(tenantId), limit: 1 })
  const stances = await rows<{ targetId: string, type: string }>('feedback', { entityId: memberId, now: today, limit: 100 })
  return [
    ...paths.map(({ term, value }) => value * WEIGHTS[term]),
    ...walks.map(({ value }) => value * WEIGHTS.walk),
    ...known.filter(({ id }) => id === target).map(({ weight }) => weight * (weight < 0 ? WEIGHTS.conflict : WEIGHTS.direct)),
    ...stances.filter((stance) => stance.targetId === target && stance.type === 'accept').map(() => WEIGHTS.feedback)
  ].reduce((sum, value) => sum + value, 0)
}

async function byCommand (target: string): Promise<Affinity> {
  const env = { ...process.env, ...testConfig() as Record<string, string>, TERAFFI_TENANT: tenantId, NODE_OPTIONS: '' }
  const { stdout } = await promisify(execFile)(process.execPath, [TERAFFI, 'explain', memberId, target, '--json'], { env })
  return [JSON.parse(stdout)].flat()[0]
}

t.test('A-28 the same pair has the same score on REST, GraphQL, WebSocket, the command line and by the Cypher files', async (t) => {
  const socket = await app.injectWS('/ws', { headers: { 'sec-websocket-protocol': `teraffi, ${headers.authorization.slice('Bearer '.length)}` } })
  const told = new Promise<Affinity[]>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString())
      if (message.type === 'event') resolve(message.event.data.matches)
    })
  })
  socket.send(JSON.stringify({ type: 'subscribe', channel: `affinity:${memberId}`, since: 0 }))
  t.teardown(() => { socket.terminate() })

  const query = `{ affinityRecommendations(memberId: "${memberId}") { id score components { term value } } }`
  const matches = (await app.inject({ method: 'POST', url: '/graphql', headers, payload: { query } })).json().data.affinityRecommendations as Affinity[]
  const recommended = (await app.inject({ url: '/recommendations', headers })).json().data as Affinity[]
  const heard = await told
  t.strictSame([...new Set(recommended.flatMap(({ components }) => Object.keys(components)))].sort(),
    ['audience', 'conflict', 'direct', 'feedback', 'goal', 'shared', 'trend', 'walk'], 'every term of the graph has its part')

  for (const target of ['brand:kettle', 'brand:mug']) {
    const rest = (await app.inject({ url: `/api/v1/affinity/explain?target=${target}`, headers })).json().data as Affinity
    t.ok(Math.abs(rest.reasons.reduce((sum, { value }) => sum + value, 0) - rest.score) < 1e-9, 'the reasons sum to it')
    const one = (list: Affinity[]) => list.find(({ id }) => id === target)!.score
    const scores = {
      recommendations: one(recommended),
      graphql: one(matches),
      websocket: one(heard),
      command: (await byCommand(target)).score,
      cypher: await byHand(target)
    }
    for (const [where, score] of Object.entries(scores)) t.ok(Math.abs(score - rest.score) < 1e-9, `${target}, ${where}: ${score}, REST: ${rest.score}`)
  }
})
