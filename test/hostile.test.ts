import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { buildApp } from '../api/app.js'
import { compile } from '../engine/analysts/compile.js'
import { refusalsOf } from '../engine/analysts/wall.js'
import { EngineError } from '../engine/errors.js'
import type { Graph } from '../engine/graph/graph.js'
import { loggedIn } from './login.js'
import { fact, testEngine } from './world.js'

/**
 * Hostile queries: nothing that they ask for comes out, nothing that they do stays. Each goes the way of an analyst's query; and past the
 * first wall straight to the second, the plan, which must hold alone. The seed is printed; TERAFFI_SEED repeats it.
 */

const SEED = 20_261_126
const PWNED = `pwned_${randomBytes(4).toString('hex')}`
const [THEIRS, SECRET] = ['zanzibarite', 'secretosaurus']
const TIMEOUT_MS = 1_000

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
await app.ready()
const { graph } = engine
const ada = await loggedIn(app, engine, { name: 'Ada Lind' })
const eve = await loggedIn(app, engine, { name: 'Eve Moss' })
const [ours, theirs] = [ada.actor.tenantId, eve.actor.tenantId]
const ADA = ada.actor.memberId
const hidden = { source: 'member:bo/notes', visibility: 'private' } as const
await engine.learn(ours, {
  facts: [
    fact('bo COVERS_TOPIC jazz'), fact('cy SEEKS jazz'), fact('bo HAS_AFFINITY_WITH tea'), fact('cy COVERS_TOPIC tea'),
    fact('bo COVERS_TOPIC jazz', { ...hidden, sentence: `bo plays jazz for the ${SECRET}.` })
  ]
})
await engine.accounts.members.setPrivacy(ada.actor, { goals: 'private' })
await engine.accounts.members.patch(ada.actor, { goals: { about: `I look for ${SECRET} makers. I love jazz and ${SECRET} music.` } })
await engine.learn(theirs, { facts: [fact(`eve SEEKS ${THEIRS}`), fact(`eve COVERS_TOPIC ${THEIRS}`, { sentence: `A ${THEIRS}.` })] })
await engine.giveFeedback(ours, ADA, { targetId: 'member:bo', type: 'reject', reason: SECRET })

const MARKS = [THEIRS, SECRET, 'Eve Moss', theirs, ada.email, eve.email, '$argon2']

/** What is meant to write, by any way that there is or might be. */
const WRITES = [
  `CREATE (n:${PWNED}) RETURN n`, `MERGE (n:Entity {id: '${PWNED}'}) RETURN n`, `MATCH (n) SET n.${PWNED} = 1 RETURN n`, `MATCH (n) SET n:${PWNED} RETURN n`,
  'MATCH (n) DETACH DELETE n', 'MATCH (n) DELETE n', 'MATCH ()-[r]-() DELETE r', 'MATCH (n) REMOVE n.name RETURN n', 'MATCH (n:Entity) REMOVE n:Entity RETURN n',
  `MATCH (n) CALL { WITH n SET n.${PWNED} = 1 } RETURN n`, `MATCH (n) CALL (n) { SET n.${PWNED} = 1 } RETURN n`, `MATCH (n) CALL (n) { SET n.${PWNED} = 1 } IN TRANSACTIONS OF 10 ROWS RETURN n`,
  `UNWIND [1] AS x CALL { CREATE (:${PWNED}) } RETURN x`, `FOREACH (x IN [1] | CREATE (:${PWNED}))`, `MATCH (n) FOREACH (x IN [1] | SET n.${PWNED} = x)`,
  `MATCH (n) WHERE EXISTS { CREATE (:${PWNED}) } RETURN n`, `RETURN COLLECT { CREATE (n:${PWNED}) RETURN n }`, `RETURN 1 UNION CREATE (n:${PWNED}) RETURN 1`,
  `MATCH (a), (b) CREATE (a)-[:${PWNED}]->(b) RETURN a`, `MATCH (n) SET n += {${PWNED}: 1} RETURN n`, 'MATCH (n) SET n[$key] = 1 RETURN n', `MATCH (n) SET n:$('${PWNED}') RETURN n`,
  `CREATE INDEX ${PWNED} FOR (n:Entity) ON (n.name)`, 'DROP INDEX entity_key', 'DROP CONSTRAINT entity_id', `CREATE CONSTRAINT ${PWNED} FOR (n:Topic) REQUIRE n.name IS UNIQUE`,
  `CREATE DATABASE ${PWNED}`, 'DROP DATABASE neo4j', 'STOP DATABASE neo4j', `CREATE USER ${PWNED} SET PASSWORD 'longenough1'`, 'ALTER CURRENT USER SET PASSWORD FROM "a" TO "longenough1"',
  `RETURN 1; CREATE (:${PWNED})`, 'MATCH (n) RETURN n; MATCH (m) DETACH DELETE m;', `/* RETURN 1 */ CREATE (:${PWNED})`, `RETURN 1 // \n CREATE (:${PWNED})`,
  `\\u0043REATE (n:${PWNED}) RETURN n`, `MATCH (n) \\u0053ET n.${PWNED} = 1 RETURN n`, 'MATCH (n) \u0405ET n.x = 1 RETURN n', `INSERT (:${PWNED})`, 'MATCH (n) NODETACH DELETE n'
]

/** What is meant to reach beyond the graph, or the query. */
const BEYOND = [
  'LOAD CSV FROM "file:///etc/passwd" AS line RETURN line', 'LOAD CSV WITH HEADERS FROM "http://127.0.0.1:1/" AS row RETURN row', 'LOAD  CSV FROM $url AS l RETURN l',
  'CALL db.labels()', 'CALL db.labels() YIELD label RETURN label', 'CALL dbms.listConfig()', 'CALL dbms.listConfig() YIELD name, value RETURN name, value', 'CALL dbms.components()',
  'CALL db.schema.visualization()', 'CALL db.index.fulltext.queryNodes("entity_words", "*") YIELD node RETURN node', 'CALL db.propertyKeys() YIELD propertyKey RETURN propertyKey',
  'CALL apoc.cypher.runWrite("CREATE (n)", {})', 'CALL apoc.load.json("http://127.0.0.1")', 'RETURN apoc.text.join(["a"], "")', 'CALL apoc.periodic.iterate("a", "b", {})', 'CALL db.info()',
  'CALL dbms.killConnection("bolt-1")', 'CALL tx.setMetaData({a: 1})', 'CALL db.clearQueryCaches()', 'CALL db.stats.retrieve("GRAPH COUNTS") YIELD data RETURN data', 'CALL dbms.showCurrentUser()',
  'MATCH (n) CALL db.labels() YIELD label RETURN n, label', 'CALL { CALL db.labels() YIELD label RETURN label } RETURN label', 'CALL db.create.setNodeVectorProperty(1, "a", [1])',
  'SHOW DATABASES', 'SHOW USERS', 'SHOW INDEXES', 'SHOW PROCEDURES', 'SHOW FUNCTIONS YIELD name RETURN name', 'SHOW TRANSACTIONS', 'TERMINATE TRANSACTIONS "neo4j-transaction-1"', 'SHOW SETTINGS',
  'SHOW CONSTRAINTS', 'USE system SHOW USERS', 'USE system MATCH (n) RETURN n', 'USE neo4j MATCH (n) RETURN n', 'USE graph.byName("system") MATCH (n) RETURN n', 'EXPLAIN MATCH (n) RETURN n',
  'PROFILE MATCH (n) RETURN n', 'CYPHER runtime=slotted MATCH (n) RETURN n', 'CYPHER 5 MATCH (n) RETURN n', 'EXPLAIN CREATE (n)', 'RETURN file("/etc/passwd")', 'RETURN linenumber()', 'RETURN rand()',
  'RETURN randomUUID()', 'RETURN timestamp()', 'RETURN db.nameFromElementId("x")', 'RETURN graph.names()', 'CALL {} RETURN 1', 'RETURN $$', 'RETURN $`a b`', ''
]

/** What is meant to read another tenant, what someone keeps to himself, or accounts. */
const READS = [
  'MATCH (n) RETURN n', 'MATCH (n)-[r]-(m) RETURN n, r, m', 'MATCH p = ()-[*1..3]-() RETURN p', `MATCH (n) WHERE n.tenantId = '${theirs}' RETURN n`, `MATCH (n {tenantId: '${theirs}'}) RETURN n`,
  `MATCH (n:Entity {tenantId: "${theirs}"})--(m) RETURN n, m`, `MATCH (n) WHERE n.tenantId <> '${ours}' RETURN n.name`, `MATCH (n) WHERE n.tenantId = '${theirs}' OR true RETURN n`,
  `MATCH (n) WHERE true OR n.tenantId = '${ours}' RETURN n`, 'MATCH (n) WHERE NOT n.tenantId = $tenantId RETURN n', 'WITH $tenantId AS tenantId MATCH (n) RETURN n.name, tenantId',
  'MATCH (n:_Account) RETURN n', 'MATCH (n:`_Account`) RETURN n', 'MATCH (n:_Account|Member) RETURN n', 'MATCH (n:%) RETURN n', 'MATCH (n:!Entity) RETURN n', 'MATCH (n:!(Member&Topic)) RETURN n',
  'MATCH (n) WHERE n:_Account RETURN n', 'MATCH (n) WHERE NOT n:Entity RETURN n', "MATCH (n) WHERE '_Account' IN labels(n) RETURN n", "MATCH (n) WHERE labels(n)[0] STARTS WITH '_' RETURN n",
  "MATCH (n:$('_Account')) RETURN n", 'MATCH (n:$any(["_Account"])) RETURN n', 'MATCH (n:$all($labels)) RETURN n', 'MATCH ()-[r:$("GAVE_FEEDBACK")]-() RETURN r', 'MATCH ()-[r:GAVE_FEEDBACK]-() RETURN r',
  'MATCH (a)-[r:!SEEKS]-(b) RETURN r, b', 'MATCH (a)-[r]-(b) WHERE type(r) = "GAVE_FEEDBACK" RETURN r', 'MATCH ()-[r]-() RETURN r.reason', 'MATCH ()-[r]-() RETURN r.evidence', 'MATCH ()-[r]-() RETURN r[$key]',
  "MATCH ()-[r]-() RETURN r['evi' + 'dence']", 'MATCH ()-[r]-() UNWIND keys(r) AS k RETURN r[k]', 'MATCH ()-[r]-() RETURN properties(r)', 'MATCH ()-[r]-() RETURN r {.*}', 'MATCH ()-[r]-() RETURN r {.evidence}',
  'MATCH ()-[r]-() RETURN r.`evidence`', 'MATCH ()-[r]-() RETURN r.evidenc\\u0065', 'MATCH ()-[r {evidence: []}]-() RETURN r', 'MATCH ()-[r]-() WHERE any(l IN r.evidence WHERE l CONTAINS "x") RETURN r',
  'MATCH ()-[in]-() RETURN in[$key]', 'MATCH ()-[then]-() RETURN CASE WHEN true THEN then[$key] END', 'MATCH (n) RETURN n.visibleTo', 'MATCH (n) WHERE n.visibleTo IS NOT NULL RETURN n', 'MATCH ()-[r]->() RETURN collect(r)',
  'MATCH (n) RETURN [n, {a: n, b: [n]}]', 'MATCH (n) RETURN count(n)', 'MATCH (n) RETURN n.name UNION MATCH (n) RETURN n.name', 'MATCH (n) CALL { MATCH (m) RETURN m } RETURN m.name', 'MATCH (n) CALL (n) { MATCH (m) RETURN m } RETURN m.name',
  'CALL { MATCH (n) RETURN n } RETURN n.name', 'RETURN COLLECT { MATCH (n) RETURN n.name }', 'RETURN COUNT { (n) }', 'RETURN COUNT { MATCH (n) RETURN n }', 'RETURN [(n)--(m) | m.name]', 'MATCH (n) RETURN [(n)-[r]-(m) | r.reason]',
  'RETURN CASE WHEN EXISTS { (:_Account) } THEN 1 ELSE 0 END', 'RETURN any(x IN [1] WHERE EXISTS { MATCH (n) WHERE n.name = "Eve Moss" })', 'RETURN CASE WHEN true THEN COLLECT { MATCH (n) RETURN n.name } END', 'MATCH (n) RETURN size([(n)--(m) | m])',
  'RETURN [x IN [1] | COLLECT { MATCH (n) RETURN n.name }]', 'RETURN [x IN [1] | [(n)--(m) | m.name]]', 'MATCH (n) WHERE elementId(n) <> "" RETURN n', 'MATCH (n) WHERE id(n) = 0 RETURN n', 'UNWIND range(0, 1000) AS i MATCH (n) WHERE id(n) = i RETURN n',
  'MATCH p = shortestPath((a)-[*..5]-(b)) WHERE a <> b RETURN p', 'MATCH p = ALL SHORTEST (a)-[*1..4]-(b) RETURN p', 'MATCH p = (a)-[*0..2]-(b) RETURN p', 'MATCH p = ((a)-[r]-(b)){1,3} RETURN p', 'MATCH (a) ((x)-[r]-(y))+ (b) RETURN r',
  'MATCH (a)-[r*1..2]-(b) RETURN r', 'MATCH (a)-[r]-{1,2}(b) RETURN r, b', 'OPTIONAL MATCH (n) RETURN n', `OPTIONAL MATCH (n) WHERE n.tenantId = '${theirs}' RETURN n`, 'MATCH (a) OPTIONAL MATCH (a)-[r]-(b) RETURN a, r, b', 'MATCH (a), (b) WHERE a <> b RETURN b',
  'MATCH (a) WITH a AS b MATCH (b)--(c) RETURN c', 'MATCH (a) WITH collect(a) AS all UNWIND all AS b MATCH (b)-[r]-(c) RETURN r, c', 'MATCH (n) WITH n.tenantId AS t RETURN DISTINCT t', 'MATCH (n:Member) USING SCAN n:Member RETURN n', 'MATCH (n) USING INDEX n:Entity(tenantId, id) WHERE n.tenantId = "x" RETURN n',
  'MATCH (a)-[r]->(b) RETURN startNode(r), endNode(r)', 'MATCH p = (a)--(b) RETURN nodes(p), relationships(p)', 'MATCH (`a.tenantId = $tenantId AND b`) RETURN `a.tenantId = $tenantId AND b`', 'MATCH (`n`:Entity) WHERE `n`.tenantId = $tenantId OR `n`.name > "" RETURN `n`',
  `MATCH (n WHERE n.tenantId = '${theirs}') RETURN n`, 'MATCH (n)) RETURN n //', 'MATCH (n {name: "x\'}) RETURN n', 'MATCH (n WHERE n.name > "" OR true) RETURN n', 'MATCH (n WHERE true) // ) \n RETURN n', 'MATCH (n) WHERE n.name =~ "(a+)+$" RETURN n',
  'MATCH (n:Workspace) RETURN n', 'MATCH (n:_AuditEntry) RETURN n', 'MATCH (n:_Event) RETURN n', 'MATCH (n:_Document) RETURN n', 'MATCH (n)-[:HAS_COMMENT]-(c) RETURN c', 'MATCH (n) RETURN n.passwordHash, n.email, n.text'
]

/** What has the guard of the tenant somewhere, but not where it holds: written against the second wall. */
const [N, M] = ['n', 'm'].map((name) => `${name}.tenantId = $tenantId AND ${name}.visibleTo IS NULL`)
const FEIGNED = [
  `MATCH (n:Entity) WHERE ${N} OR true RETURN n`, `MATCH (n:Entity) WHERE true OR ${N} RETURN n`, `MATCH (n:Entity) WHERE NOT (${N}) RETURN n`,
  `MATCH (n:Entity) WHERE (${N}) = false RETURN n`, `MATCH (n:Entity) WHERE (${N}) XOR true RETURN n`, `MATCH (n:Entity) WHERE (${N}) IS NOT NULL RETURN n`,
  `MATCH (n:Entity) WHERE CASE WHEN true AND ${N} AND true THEN true ELSE true END RETURN n`, `MATCH (n:Entity) RETURN n.name, ${N} AS held`,
  `MATCH (n:Entity), (m:Entity) WHERE ${M} RETURN n`, `MATCH (n:Entity) WHERE EXISTS { MATCH (m:Entity) WHERE ${M} } RETURN n`, `MATCH (n:Entity) WHERE any(x IN [1] WHERE ${N} OR true) RETURN n`,
  `MATCH (n:Entity) WITH collect(n.name) AS names MATCH (n:Entity) WHERE ${N} RETURN names`, `MATCH (n:Entity) WITH count(n) AS all MATCH (n:Entity) WHERE ${N} RETURN all, n`,
  `CALL { MATCH (n:Entity) RETURN collect(n.name) AS names } MATCH (n:Entity) WHERE ${N} RETURN names, n`, `MATCH (n:Entity) WHERE ${N} CALL { MATCH (n:Entity) RETURN collect(n.name) AS names } RETURN names`,
  `MATCH (n:Entity) WHERE ${N} CALL { MATCH (m:Entity) RETURN m.name AS name } RETURN n, name`, `MATCH (m:Entity) OPTIONAL MATCH (n:Entity) WHERE ${N} RETURN m`, `OPTIONAL MATCH (n:Entity) WHERE ${N} MATCH (m) RETURN m`,
  `MATCH (n:Entity) WHERE ${N} UNION MATCH (n:Entity) RETURN n`, `MATCH (n:Entity) WHERE ${N} RETURN n UNION MATCH (n:Entity) RETURN n`, `MATCH (n) WHERE ${N} RETURN n`, `MATCH (n:_Account) WHERE ${N} RETURN n`,
  `MATCH (n:Entity|_Account) WHERE ${N} RETURN n`, `MATCH (n:!Entity) WHERE ${N} RETURN n`, `MATCH (n:Entity)-[r]-(m) WHERE ${N} RETURN r, m`, `MATCH (n:Entity)-[r:SEEKS]-(m) WHERE ${N} RETURN r, m`,
  `MATCH (n:Entity)-[r]-(m) WHERE ${N} AND r.visibleTo IS NULL RETURN r, m`, `MATCH (n:Entity)-[r:GAVE_FEEDBACK]-(m) WHERE ${N} AND r.visibleTo IS NULL RETURN r`, `MATCH (n:Entity) WHERE ${N} RETURN [(n)--(m) | m.name]`,
  `MATCH (n:Entity) WHERE ${N} RETURN COUNT { (n)--() }`, `MATCH p = (n:Entity)-[*1..2]-(m) WHERE ${N} RETURN p`, `MATCH p = (n:Entity)-[rs*1..2]-(m) WHERE ${N} AND any(r IN rs WHERE r.visibleTo IS NULL AND r.factId IS NOT NULL) RETURN p`,
  `MATCH p = shortestPath((n:Entity)-[*..3]-(m:Entity)) WHERE ${N} AND ${M} AND n <> m RETURN p`, `MATCH p = SHORTEST 2 (n:Entity)-[r]-{1,3}(m:Entity) WHERE ${N} AND ${M} RETURN p`,
  `MATCH (n:Entity) WHERE ${N} OPTIONAL MATCH (n)-[r]-(m) WHERE r.visibleTo IS NULL RETURN r, m`, `MATCH (n:Entity) WHERE ${N} WITH n MATCH (n)-[r]-(m) RETURN r`, 'MATCH (n:Entity) WHERE n.tenantId = $tenantId RETURN n',
  `MATCH (n:Entity) WHERE n.tenantId IN [$tenantId, '${theirs}'] AND n.visibleTo IS NULL RETURN n`, 'MATCH (n:Entity) WHERE n.tenantId >= $tenantId AND n.visibleTo IS NULL RETURN n'
]

/** What is meant to take all time or memory. */
const BOMBS = [
  'MATCH (a), (b), (c), (d), (e), (f), (g), (h) RETURN count(*)', 'UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y RETURN count(*)', 'UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y RETURN collect(x * y)',
  'RETURN range(1, 1000000000)', 'RETURN [x IN range(1, 1000000) | [y IN range(1, 1000000) | x * y]]', 'RETURN reduce(s = "a", x IN range(1, 60) | s + s)', 'RETURN all(x IN range(1, 1000000) WHERE any(y IN range(1, 1000000) WHERE x = -y))',
  `WITH 'aaaaaaaaaa' AS s ${'WITH s + s + s + s AS s '.repeat(20)} RETURN size(s)`, `WITH [1, 2] AS s ${'WITH s + s + s + s AS s '.repeat(20)} RETURN size(s)`, `WITH 'aa' AS s ${"WITH replace(s, 'a', s) AS s ".repeat(8)} RETURN size(s)`,
  'MATCH p = (a)-[*1..100]-(b) RETURN p', 'MATCH p = (a)-[*]-(b) RETURN p', 'MATCH (a) ((x)--(y)){1,1000} (b) RETURN count(*)', 'MATCH p = (a)-[*1..10]-(b)-[*1..10]-(c)-[*1..10]-(d) RETURN count(p)', `MATCH ${Array.from({ length: 60 }, (_, i) => `(a${i})--(a${i + 1})`).join(', ')} RETURN count(*)`,
  `RETURN ${'('.repeat(3_000)}1${')'.repeat(3_000)}`, `RETURN ${'['.repeat(4_000)}`, `RETURN ${'NOT '.repeat(2_000)}true`, `RETURN ${'CASE WHEN true THEN '.repeat(200)}1${' END'.repeat(200)}`, `RETURN ${'1 + '.repeat(2_400)}1`, `RETURN '${'x'.repeat(30_000)}'`,
  `${'CALL { '.repeat(300)}RETURN 1 AS x${' } RETURN x'.repeat(300)}`, `MATCH (n)${' WHERE EXISTS { MATCH (n)--(m)'.repeat(20)}${' }'.repeat(20)} RETURN n`, `MATCH (n) ${'MATCH (n)--() '.repeat(200)} RETURN n`, `RETURN 1 ${'UNION RETURN 1 '.repeat(300)}`
]
const PARAMS = { key: 'evidence', labels: ['_Account'], url: 'file:///etc/passwd', tenantId: theirs }

const BASE = [...WRITES, ...BEYOND, ...READS, ...FEIGNED]

/** The same in disguise: another case, comments and blanks between words, in a subquery, after a harmless one, with a word as an escape. */
const DISGUISES: ((query: string, at: number) => string)[] = [
  (query) => [...query].map((letter, at) => at % 2 === 0 ? letter.toLowerCase() : letter.toUpperCase()).join(''),
  (query) => query.replaceAll(' ', ' /* $tenantId */ '),
  (query) => query.replaceAll(' ', ' // n.tenantId = $tenantId\n'),
  (query) => `CALL { ${query} } RETURN *`,
  (query) => `MATCH (zz:Topic) CALL (zz) { ${query} } RETURN *`,
  (query) => `MATCH (zz) RETURN zz.name AS n UNION ${query}`,
  (query) => `MATCH (zz:Topic) WITH zz ${query}`,
  (query) => `RETURN 1;\n${query}`,
  (query, at) => query.slice(0, at) + `\\u${(query.charCodeAt(at) || 32).toString(16).padStart(4, '0')}` + query.slice(at + 1),
  (query, at) => `${query.slice(0, at)}\u200b${query.slice(at)}`,
  (query) => `RETURN EXISTS { ${query} }`,
  (query) => query.replaceAll('(n', '(`n`').replaceAll('n.', '`n`.')
]
const hostile = fc.tuple(fc.constantFrom(...BASE), fc.constantFrom(...DISGUISES), fc.nat(60)).map(([query, disguise, at]) => disguise(query, at))

const [before, seed] = [await fingerprint(graph), Number(process.env.TERAFFI_SEED ?? SEED)]
t.comment(`seed ${seed}`)
const disguised = [...new Set(fc.sample(hostile, { seed, numRuns: 400 }))]

t.test('B-18 F15 hostile queries come to nothing', async (t) => {
  const all = [...BASE, ...disguised]
  t.ok(all.length >= 200, `${all.length} of them`)
  const outcomes = { refused: 0, harmless: 0 }
  for (const query of all) outcomes[await asked(t, query)]++
  t.comment(JSON.stringify(outcomes))
  t.ok(outcomes.refused > 200)
  t.equal(await fingerprint(graph), before, 'the graph is as it was')
})

t.test('F15 what is meant to write or to reach beyond is refused outright', async (t) => {
  for (const query of [...WRITES, ...BEYOND]) t.equal(await asked(t, query), 'refused', query)
  t.equal(await fingerprint(graph), before, 'the graph is as it was')
})

t.test('F15 bombs end in time', async (t) => {
  for (const query of BOMBS) {
    const started = performance.now()
    await asked(t, query)
    t.ok(performance.now() - started < 8_000, `${query.slice(0, 60)} took ${Math.round(performance.now() - started)} ms`)
  }
  await graph.ping()
})

t.test('F15 the plan alone is a wall: what it lets through tells nothing of others', async (t) => {
  let passed = 0
  const [secrets] = (await graph.driver.executeQuery('MATCH (n) WHERE n.tenantId = $ours AND n.visibleTo IS NOT NULL RETURN count(n) AS hidden, collect(n.name) AS names', { ours })).records
  t.match(secrets!.get('names').join(), SECRET, 'there is something to hide')
  for (const query of [...BASE, ...disguised]) {
    const plan = await graph.explain(query, { ...PARAMS, tenantId: ours }).catch(() => null) // no Cypher at all
    if (plan === null || plan.writes || refusalsOf(plan.root).length > 0) continue
    passed++
    const { rows } = await explored(t, query, { ...PARAMS, tenantId: ours })
    t.strictSame(MARKS.filter((mark) => JSON.stringify(rows).includes(mark)), [], query)
  }
  t.comment(`${passed} passed`)
  t.equal(await fingerprint(graph), before, 'the graph is as it was')
})

t.test('F15 the grammar alone is a wall: what it lets through tells nothing of others, whatever the plan says', async (t) => {
  let passed = 0
  for (const query of [...BASE, ...disguised]) {
    const compiled = compiledOf(query)
    if (compiled === null) continue
    passed++
    const { rows } = await explored(t, compiled.text, { ...compiled.parameters, tenantId: ours })
    t.strictSame(MARKS.filter((mark) => mark !== theirs && JSON.stringify(rows).includes(mark)), [], query)
  }
  t.comment(`${passed} passed`)
  t.ok(passed > 50)
  t.equal(await fingerprint(graph), before, 'the graph is as it was')
})

/** The rows; none where Neo4j itself refuses: a parameter that is not there, too much time. */
async function explored (t: Test, query: string, parameters: Record<string, unknown>) {
  try {
    return await graph.explore(query, parameters, { rows: 1_000, timeoutMs: TIMEOUT_MS })
  } catch (error) {
    t.match(error, { code: /^Neo\.ClientError\./ }, String(error))
    return { rows: [] }
  }
}

function compiledOf (query: string) {
  try {
    return compile(query, PARAMS)
  } catch (error) {
    if (error instanceof EngineError) return null
    throw error
  }
}

t.test('F15 whatever is said, only what is known here is put into the compiled query', async (t) => {
  const pieces = fc.constantFrom('MATCH', 'RETURN', 'WITH', '(', ')', '[', ']', '{', '}', 'n', '`n`', ':', 'Member', '_Account', '-', '>', '<', "'x'", '"', '$key', ',', '*', '1', '.', 'name', 'evidence', '|', 'WHERE', 'IN', 'CALL', ';', '\\u0060', '//', '/*', '*/', 'AS', '=', 'SET', '$(')
  fc.assert(fc.property(fc.array(pieces, { maxLength: 40 }), (words) => {
    try {
      const { text } = compile(words.join(' '), PARAMS)
      return !/evidence|_Account|\\|\/\/|\/\*|;|\bSET\b|\$\(/.test(text)
    } catch (error) {
      return error instanceof EngineError
    }
  }), { seed, numRuns: 20_000 })
})

/** Runs one: it is refused, or it answers with nothing that is not for everyone of the tenant. */
async function asked (t: Test, query: string): Promise<'refused' | 'harmless'> {
  try {
    const { data } = await engine.cypher(ada.actor, { query, params: PARAMS, limit: 1_000, timeoutMs: TIMEOUT_MS })
    t.strictSame(MARKS.filter((mark) => mark !== theirs && JSON.stringify(data).includes(mark)), [], query) // a parameter comes back as it was given
    return 'harmless'
  } catch (error) {
    if (!(error instanceof EngineError)) throw new Error(`${query}: ${String(error)}`, { cause: error })
    t.match(error.code, /^(?:invalid_argument|permission_denied|deadline_exceeded|resource_exhausted)$/, error.message)
    return 'refused'
  }
}

/** All of both tenants but the audit, the schema, and every name that the store has ever heard of from here. */
async function fingerprint ({ driver }: Graph): Promise<string> {
  const rows = async (query: string) => {
    const { records } = await driver.executeQuery(query, { tenants: [ours, theirs], pwned: PWNED })
    return records.map((record) => JSON.stringify(record.toObject()))
  }
  const found = await Promise.all([
    rows('MATCH (n) WHERE n.tenantId IN $tenants AND NOT n:_AuditEntry RETURN labels(n) AS labels, properties(n) AS properties, COUNT { (n)--() } AS degree'),
    rows('MATCH (n)-[r]->(m) WHERE n.tenantId IN $tenants RETURN type(r) AS type, properties(r) AS properties, elementId(n) AS a, elementId(m) AS b'),
    rows('SHOW INDEXES YIELD name, labelsOrTypes, properties RETURN name, labelsOrTypes, properties'),
    rows('SHOW CONSTRAINTS YIELD name RETURN name'),
    rows('CALL db.labels() YIELD label WHERE label CONTAINS $pwned RETURN label'),
    rows('CALL db.propertyKeys() YIELD propertyKey WHERE propertyKey CONTAINS $pwned RETURN propertyKey'),
    rows('MATCH (n:Entity) WHERE n.id CONTAINS $pwned RETURN n.id AS id')
  ])
  t.strictSame(found.slice(4), [[], [], []], 'no name of theirs is known')
  return createHash('sha256').update(JSON.stringify(found.map((some) => some.sort()))).digest('hex')
}

t.test('a member without the permission asks nothing', async (t) => {
  const bo = await loggedIn(app, engine, { tenantId: ours, name: 'Bo Moss' })
  await t.rejects(engine.cypher(bo.actor, { query: 'RETURN 1' }), { code: 'permission_denied' })
  const answer = await app.inject({ method: 'POST', url: '/api/v1/cypher', headers: bo.headers, payload: { query: 'RETURN 1' } })
  t.equal(answer.statusCode, 403)
})

t.test('relationships stay in their tenant and among entities, and what is someone\'s secret has no public fact: what the wall builds upon', async (t) => {
  const count = async (query: string) => (await graph.driver.executeQuery(query)).records[0]!.get('n') as number
  t.ok(await count('MATCH (a:Entity)-[r]->(b:Entity) RETURN count(r) AS n') > 0)
  t.equal(await count('MATCH (a:Entity)-[r]-(b) WHERE a.tenantId <> b.tenantId OR NOT b:Entity OR b.tenantId IS NULL RETURN count(r) AS n'), 0)
  t.ok(await count('MATCH (a:Entity) WHERE a.visibleTo IS NOT NULL RETURN count(a) AS n') > 0)
  t.equal(await count('MATCH (a:Entity)-[r]-() WHERE a.visibleTo IS NOT NULL AND r.visibleTo IS NULL AND r.factId IS NOT NULL RETURN count(r) AS n'), 0)
})
