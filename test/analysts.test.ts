import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { buildApp } from '../api/app.js'
import { listQueries } from '../api/commands/query.js'
import { rowsAs } from '../api/terminal.js'
import { operatorOf } from '../engine/accounts/can.js'
import { schemaPage } from '../engine/engine.js'
import { loggedIn } from './login.js'
import { fact, testEngine, world } from './world.js'

/** What analysts ask: the library against sums by hand, queries by hand against Neo4j's own answers, the pages against both. */

const engine = await testEngine(t)
const demo = `test-demo-${randomUUID().slice(0, 8)}`
const operator = operatorOf(demo)
await engine.seed(demo)

/** The rows of a query of the library, as objects. */
async function asked (tenantId: string, name: string, params: Record<string, unknown> = {}) {
  const { data: { columns, rows } } = await engine.queries.run(operatorOf(tenantId), name, { params })
  return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])))
}

const hidden = { source: 'member:ada/notes', visibility: 'private' } as const

t.test('A-35 the library says what can be worked out by hand', async (t) => {
  const { tenantId } = await world(t,
    'ada COVERS_TOPIC jazz', 'bob COVERS_TOPIC jazz', 'ada COVERS_TOPIC chess', 'bob SEEKS chess', 'cat SEEKS chess', 'cat AVOIDS jazz',
    'ada TARGETS_AUDIENCE demographic:teens', 'ada TARGETS_AUDIENCE demographic:parents', 'bob REACHES demographic:teens', 'cat REACHES demographic:retirees',
    'brand:acme SELLS tea', 'brand:zorg SELLS tea', 'dan MENTIONS tea', 'ada COVERS_TOPIC trend:mending', 'bob -COVERS_TOPIC opera',
    fact('bob COVERS_TOPIC opera', { source: 'another', confidence: 0.4 }), fact('eve COVERS_TOPIC e-bike'), fact('fay COVERS_TOPIC ebikes'),
    fact('ada COVERS_TOPIC jazz', { ...hidden, sentence: 'Nobody may know this.' }), fact('ada SEEKS fame', hidden))
  await engine.learn(tenantId, { descriptions: [{ id: 'topic:fame', label: 'Topic', name: 'fame', properties: {} }] }) // known to all, if not from whom

  const around = await asked(tenantId, 'neighborhood', { entityId: 'member:ada' })
  t.strictSame(around.map(({ relation, otherId }) => `${String(relation)} ${String(otherId)}`).sort(), [
    'COVERS_TOPIC topic:chess', 'COVERS_TOPIC topic:jazz', 'COVERS_TOPIC trend:mending', 'TARGETS_AUDIENCE demographic:parent', 'TARGETS_AUDIENCE demographic:teen'
  ], 'without what is private')

  t.match(await asked(tenantId, 'shared-topics', { entityId: 'member:ada', otherId: 'member:bob' }), [
    { id: 'demographic:teen', degree: 2, entityRelation: 'TARGETS_AUDIENCE', otherRelation: 'REACHES' },
    { id: 'topic:chess', degree: 3, otherRelation: 'SEEKS' }, { id: 'topic:jazz', degree: 3 }
  ])
  t.match(await asked(tenantId, 'shortest-explanations', { entityId: 'member:dan', otherId: 'brand:acme' }), [{ length: 2, relations: ['MENTIONS', 'SELLS'] }])
  // Of ada's two audiences and bob's one, one is shared: 1 / (2 + 1 - 1).
  t.match(await asked(tenantId, 'audience-overlap', { entityId: 'member:ada' }), [{ id: 'member:bob', shared: 1, overlap: 0.5 }])
  // Chess and jazz have three facts each, the teens two; what cat avoids speaks for nobody.
  const [bob, cat] = await asked(tenantId, 'lookalikes', { entityId: 'member:ada' })
  t.match([bob, cat], [{ id: 'member:bob' }, { id: 'member:cat' }])
  t.equal(Number(bob!.score).toFixed(6), (1 / Math.log(2) + 2 / Math.log(3)).toFixed(6))
  t.equal(Number(cat!.score).toFixed(6), (1 / Math.log(3)).toFixed(6))
  t.match(await asked(tenantId, 'conflicts', { entityId: 'member:ada' }), [{ id: 'member:cat', thing: 'jazz', otherRelation: 'AVOIDS' }])
  t.match(await asked(tenantId, 'trend-reach'), [{ id: 'trend:mending', members: 1, brands: 0, audiences: 2 }])
  t.match(await asked(tenantId, 'contradictions'), [{ subjectId: 'member:bob', objectId: 'topic:opera', positive: 1, negative: 1 }])
  t.match(await asked(tenantId, 'unmapped-predicates'), [{ predicate: 'mentions', facts: 1, example: 'dan | mentions | tea' }])
  t.match(await asked(tenantId, 'duplicate-candidates'), [{ label: 'Topic', names: ['e-bike', 'ebikes'] }])
  t.strictSame((await asked(tenantId, 'orphans')).map(({ id }) => id), ['topic:fame'], 'nothing that is public touches it')
  t.strictSame(await asked(tenantId, 'competitors', { entityId: 'brand:acme' }), [], 'no industry is known')
  t.strictSame((await asked(tenantId, 'evidence', { subjectId: 'member:ada', objectId: 'topic:jazz' })).map(({ sentence }) => sentence), ['ada COVERS_TOPIC jazz.'])
  t.strictSame(await asked(tenantId, 'evidence', { subjectId: 'member:ada', objectId: 'topic:fame' }), [])
})

t.test('history tells what was said up to a day, and whether it held', async (t) => {
  const { tenantId } = await world(t,
    fact('ada PARTNERED_WITH brand:acme', { source: 'a', observedAt: '2025-03-01', validFrom: '2025-03-01', validTo: '2025-06-01' }),
    fact('ada -PARTNERED_WITH brand:acme', { source: 'b', observedAt: '2025-09-01' }))
  const on = async (asOf: string) => (await asked(tenantId, 'history', { subjectId: 'member:ada', objectId: 'brand:acme', asOf })).map(({ polarity, holds }) => [polarity, holds])
  t.strictSame(await on('2025-02-28'), [])
  t.strictSame(await on('2025-04-01'), [['+', true]])
  t.strictSame(await on('2025-07-01'), [['+', false]])
  t.strictSame(await on('2025-10-01'), [['+', false], ['-', true]])
})

t.test('the pipeline is that of the deals as mirrored', async (t) => {
  const { tenantId } = await world(t, 'ada COVERS_TOPIC tea', 'bo COVERS_TOPIC tea', 'cy COVERS_TOPIC tea', 'ada PARTNERED_WITH member:cy')
  const actor = { ...operatorOf(tenantId), memberId: 'member:ada' }
  for (const other of ['member:bo', 'member:cy']) await engine.deals.create(actor, { title: 'Tea', members: [{ memberId: 'member:ada' }, { memberId: other }], currency: 'EUR' })
  t.strictSame(await asked(tenantId, 'pipeline'), [{ stage: 'discovery', outcome: null, partnerships: 2, pairs: 2 }])
})

t.test('a query by hand says what Neo4j says of the same', async (t) => {
  const usual = readFileSync('test/usual-queries.cypher', 'utf8').split(/^---$/m).map((query) => query.trim())
  t.ok(usual.length > 40)
  const params = { tenantId: demo } // the queries name it, so that Neo4j itself can be asked; by hand nobody needs to
  for (const query of usual) {
    const { data: { columns, rows } } = await engine.cypher(operator, { query, params, limit: 10_000, timeoutMs: 30_000 })
    const plain = await engine.graph.explore(query, params, { rows: 10_000, timeoutMs: 30_000 })
    t.ok(rows.length > 0 || plain.rows.length === 0)
    const names = Object.keys(plain.rows[0] ?? {})
    if (names.length > 0) t.strictSame(columns.toSorted(), names.toSorted(), query)
    t.strictSame(rows.map((row) => canonical(row)).sort(), plain.rows.map((row) => canonical(columns.map((column) => row[column]))).sort(), query)
  }
})

/** The same for lists of texts, and properties, in another order: Cypher leaves it open. */
function canonical (value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return JSON.stringify(value.every((item) => typeof item === 'string') ? value.toSorted() : value.map(canonical))
  return JSON.stringify(Object.entries(value).map(([name, item]) => [name, canonical(item)]).sort())
}

t.test('what is refused says where, and how to mend it', async (t) => {
  const cases: [string, RegExp][] = [
    ['MATCH (n)\nSET n.x = 1', /^Line 2, column 1: SET writes; queries by hand only read; /],
    ['MATCH (n:Person) RETURN n', /^Line 1, column 10: "Person" is no label of this graph; there are Entity, Member, /],
    ['MATCH ()-[r:KNOWS]->() RETURN r', /"KNOWS" is no relationship type of this graph; there are CREATES, /],
    ['MATCH (n) RETURN n.evidence', /evidence is not for queries by hand; the queries "evidence" and "history" of the library tell /],
    ['MATCH (a)-[*]-(b) RETURN b', /a path needs a bound of at most 10 steps; write \*1\.\.3, say\.$/],
    ['CALL db.labels()', /procedures cannot be called; GET \/graph\/schema tells labels/],
    ['RETURN apoc.text.join([], "")', /the function apoc\.text\.join is not on the list; known are count, /],
    ['MATCH (n) WHERE n.name =~ "a.*" RETURN n', /ask with CONTAINS, STARTS WITH or ENDS WITH/],
    ['MATCH (n) RETURN n.name, sum(n.name', /the end stands where "\)" should/],
    ['MATCH (who) RETURN wher', /^Neo4j does not take the query: Variable `wher` not defined/]
  ]
  for (const [query, message] of cases) await t.rejects(engine.cypher(operator, { query }), { message }, query)
  const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000))
  await t.rejects(engine.cypher(operator, { query: 'RETURN $deep', params: { deep } }), { code: 'invalid_argument', message: /20 deep/ })
  await t.rejects(engine.queries.run(operator, 'neighborhood', { params: { entityId: deep } }), { code: 'invalid_argument', message: /20 deep/ })
})

t.test('one query takes neither all memory of a process nor all of the store from others', async (t) => {
  await t.rejects(engine.cypher(operator, { query: 'UNWIND range(1, 10000) AS x RETURN [y IN range(1, 2000) | y] AS ys', limit: 10_000 }), { code: 'resource_exhausted', message: /32 MB/ })
  const long = { query: 'UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y RETURN count(*) AS n', timeoutMs: 1_000 }
  const ends = await Promise.allSettled(Array.from({ length: 6 }, async () => await engine.cypher(operator, long)))
  t.strictSame(ends.map((end) => end.status === 'rejected' ? end.reason.code : 'answered').sort(), [...Array(4).fill('deadline_exceeded'), ...Array(2).fill('resource_exhausted')])
  t.match(await engine.cypher(operator, { query: 'MATCH (t:Trend)-[:COVERS_TOPIC]-(m:Member) RETURN * LIMIT 1' }), { data: { columns: ['t', 'm'] } }, 'the next is heard, and * is what has a name')
})

t.test('the audit has each query by hand, run or refused; the library counts its runs', async (t) => {
  const app = await buildApp(engine)
  t.teardown(() => app.close())
  const { actor, headers } = await loggedIn(app, engine)
  const post = async (url: string, payload: object) => await app.inject({ method: 'POST', url: `/api/v1${url}`, headers, payload })
  t.match((await post('/cypher', { query: 'UNWIND $xs AS x RETURN x * 2 AS twice', params: { xs: [1, 2, 3] }, limit: 2 })).json(), {
    data: { columns: ['twice'], rows: [[2], [4]] }, meta: { limit: 2, truncated: true }
  })
  t.equal((await post('/cypher', { query: 'MATCH (n) DETACH DELETE n' })).statusCode, 403)
  const { data } = await engine.deals.audit(actor, { entity: 'cypher' })
  t.match(data.map(({ newValues, action, actorId }) => ({ ...newValues, action, actorId })), [
    { query: 'MATCH (n) DETACH DELETE n', refused: /DETACH writes/, action: 'run', actorId: actor.memberId },
    { query: 'UNWIND $xs AS x RETURN x * 2 AS twice', rows: 2 }
  ])

  t.match((await post('/queries/orphans', { limit: 1 })).json(), { data: { columns: ['id', 'name', 'label'] } })
  t.equal((await post('/queries/evidence', { params: { subjectId: 'x' } })).statusCode, 400)
  t.equal((await post('/queries/evidence', { params: { tenantId: demo, subjectId: 'x', objectId: 'y' } })).statusCode, 400, 'the tenant is not for the caller to say')
  t.equal((await post('/queries/facts', {})).statusCode, 404, 'what the engine asks for itself is not there')
  const listed = (await app.inject({ url: '/api/v1/queries', headers })).json().data as { name: string, calls: number, failures: number, p95Ms: number }[]
  const of = (name: string) => listed.find((query) => query.name === name)!
  t.ok(of('orphans').calls >= 1 && of('orphans').p95Ms > 0)
  t.ok(of('evidence').failures >= 2)
  t.match((await app.inject({ url: '/metrics' })).body, /query_duration_seconds_count\{query="orphans",failed="false"\} [1-9]/)
})

t.test('a member reads by the role that an organisation makes', async (t) => {
  const app = await buildApp(engine)
  t.teardown(() => app.close())
  const admin = await loggedIn(app, engine)
  const { tenantId } = admin.actor
  const { id: roleId } = await engine.accounts.organizations.createRole(admin.actor, tenantId, { name: 'Analysts', permissions: ['cypher:read'] })
  const member = await loggedIn(app, engine, { tenantId, name: 'Ann Alyst' })
  const ask = async () => (await app.inject({ url: '/api/v1/queries', headers: member.headers })).statusCode
  await t.rejects(engine.cypher(member.actor, { query: 'RETURN 1' }), { code: 'permission_denied' })
  await engine.accounts.organizations.setRoles(admin.actor, tenantId, member.actor.memberId, { roles: ['basic_member'], grants: [{ roleId, scope: 'org', scopeId: tenantId }] })
  t.equal(await ask(), 200)
})

t.test('the pages say what is so: the schema of the demo world, the library, and what to do without APOC', async (t) => {
  const body = (page: string) => readFileSync(`docs/${page}.md`, 'utf8').split('\n---\n\n')[1]
  t.equal(body('graph-schema'), schemaPage(await engine.graphSchema(operator)), 'node bin/teraffi.mjs graph schema --format markdown')
  t.equal(body('browser-guide'), await printed(() => listQueries({ format: 'markdown' })), 'node bin/teraffi.mjs query list --format markdown')

  const blocks = Array.from(readFileSync('docs/instead-of-apoc.md', 'utf8').matchAll(/^```cypher\n([\s\S]*?)^```$/gm), ([, block]) => block!)
  t.ok(blocks.length > 5)
  for (const query of blocks) t.ok((await engine.cypher(operator, { query })).data.rows.length > 0, query)
})

t.test('a spreadsheet finds no formula', (t) => {
  const rows = [['=1+1', '-2+3'], ['@SUM(A1)', '+'], ['a "b", c', -5], [null, ['=x']]]
  t.equal(rowsAs('csv', ['a', 'b'], rows), ['a,b', "'=1+1,'-2+3", "'@SUM(A1),+", '"a ""b"", c",-5', ',"[""=x""]"'].join('\r\n'))
  t.end()
})

/** What a command prints. */
async function printed (command: () => void): Promise<string> {
  const write = process.stdout.write
  let out = ''
  process.stdout.write = ((text: string) => { out += text; return true }) as typeof write
  try {
    command()
  } finally {
    process.stdout.write = write
  }
  return out
}
