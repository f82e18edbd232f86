import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { world } from '../../test/world.js'
import { importFile } from './run.js'

t.test('pairs: every fact and every bad line is accounted for, and once is enough', async (t) => {
  const { engine, graph, tenantId } = await world(t)
  const path = join(t.testdir({ 'pairs.txt': '0 1 2 3\n1 2\n\nbad `token 1\n2\n3 1 1\r\n' }), 'pairs.txt')
  const report = await importFile(graph, tenantId, { path, format: 'pairs' })
  t.match(report, {
    read: 8,
    created: 5,
    duplicate: 1,
    rejected: 2,
    errors: [{ line: 4, code: 'bad_token' }, { line: 5, code: 'no_items' }]
  })
  t.match(await importFile(graph, tenantId, { path, format: 'pairs' }), { read: 8, created: 0, merged: 0, duplicate: 6, rejected: 2, resumedAt: 6 })
  const { data } = await engine.discover(tenantId, { memberId: 'user:1', kinds: ['item'] })
  t.strictSame(data.map(({ id }) => id), ['item:3', 'item:1'], 'reached alike; who has fewer facts comes first')
})

t.test('a gzipped file with one line longer than a transaction', async (t) => {
  const { graph, tenantId } = await world(t)
  const path = join(t.testdir(), 'long.txt.gz')
  writeFileSync(path, gzipSync(`0 1 2\n7 ${Array.from({ length: 23_000 }, (_, i) => i).join(' ')}\n8 1\n`))
  t.match(await importFile(graph, tenantId, { path, format: 'pairs' }), { read: 23_003, created: 23_003, rejected: 0 })
})

t.test('an import that is broken off goes on where it was', async (t) => {
  const { graph, tenantId } = await world(t)
  const path = join(t.testdir({ 'pairs.txt': Array.from({ length: 3_000 }, (_, user) => `${user} 1 2 3 4 5`).join('\n') }), 'pairs.txt')
  const stop = new AbortController()
  await t.rejects(importFile(graph, tenantId, { path, format: 'pairs', signal: stop.signal, onProgress: () => stop.abort() }), { name: 'AbortError' })
  const report = await importFile(graph, tenantId, { path, format: 'pairs' })
  t.ok(report.resumedAt > 0 && report.resumedAt < 3_000)
  t.match(report, { read: 15_000, merged: 0, rejected: 0 })
  t.equal(report.created + report.duplicate, 15_000)
  t.equal(report.duplicate, report.resumedAt * 5, 'only what was in is not written again')
})

t.test('triples as CSV: types, validity, and a reason for each row that is refused', async (t) => {
  const { graph, tenantId } = await world(t)
  const csv = [
    'subject,subjectType,predicate,object,objectType,polarity,modality,confidence,validTo',
    'article:0,Content,ABOUT,metabolic_networks,Topic,,,,',
    '"Mia Tran",Member,work with,Tonwerk,Brand,-,certain,0.9,',
    'brand:acme,,sponsor,Jazz Days,Event,,possible,,2025-01-01',
    'Mia Tran,Member,forage,mushrooms,Topic,,,,',
    ',,like,x,,,,,',
    'a,Nothing,like,x,,,,,',
    'thing:1,,like,x,,,,,',
    'a,,like,x,,,,2,',
    'a,,like,x,,,,,soon',
    'topic:x,,like,topic:x,,,,,'
  ].join('\n')
  const report = await importFile(graph, tenantId, { path: join(t.testdir({ 'triples.csv': csv }), 'triples.csv'), format: 'triples' })
  t.match(report, { read: 10, created: 4, rejected: 6 })
  t.strictSame(report.errors.map(({ line, code }) => [line, code]), [[6, 'missing_column'], [7, 'unknown_type'], [8, 'unknown_type'], [9, 'bad_confidence'], [10, 'bad_date'], [11, 'self_loop']])
  t.ok(report.errors.every(({ hint, message }) => hint.length > 10 && message.length > 5))
  const rows = await graph.read('graph/facts', { tenantId, after: '', limit: 100 })
  t.match(rows.find(({ subject }) => subject === 'article:0'), { relation: 'ABOUT', object: 'topic:metabolic-network' })
  t.match(rows.find(({ object }) => object === 'brand:tonwerk'), { relation: 'PARTNERED_WITH', fact: { polarity: '-', confidence: 0.9 } })
  t.match(rows.find(({ subject }) => subject === 'brand:acme'), { relation: 'SPONSORS', fact: { modality: 'possible', validTo: '2025-01-01' } })
  t.match(rows.find(({ object }) => object === 'topic:mushroom'), { relation: 'MENTIONS', fact: { lemma: 'forage' } })
})

t.test('one broken row or a file cut short loses nothing that came before', async (t) => {
  const { graph, tenantId } = await world(t)
  const dir = t.testdir({ 'quote.csv': 'subject,predicate,object\nann,like,tea\nbob,like,home "made" jam\ncat,like,cake\n', 'broken.csv': 'subject,predicate,object\nann,like,rain\nbob,like,"jam" and tea\ncat,like,cake\n' })
  t.match(await importFile(graph, tenantId, { path: join(dir, 'quote.csv'), format: 'triples' }), { read: 3, created: 3 })
  const broken = importFile(graph, tenantId, { path: join(dir, 'broken.csv'), format: 'triples' })
  await t.rejects(broken, { code: 'invalid_argument', message: /Invalid Closing Quote.*at line 3.*Lines up to \d+ are imported/ })

  const whole = gzipSync(Array.from({ length: 9_000 }, (_, user) => `u${user} 1`).join('\n'))
  writeFileSync(join(dir, 'cut.gz'), whole.subarray(0, whole.length / 2))
  await t.rejects(importFile(graph, tenantId, { path: join(dir, 'cut.gz'), format: 'pairs' }), { code: 'invalid_argument', message: /Lines up to \d{4} are imported/ })
  const rows = await graph.read<{ subject: string }>('graph/facts', { tenantId, after: 'user:', limit: 10_000 })
  t.ok(rows.length > 1_000, `${rows.length} facts before the cut are in`)
})

t.test('a name in a file means the described node that goes by it', async (t) => {
  const { engine, graph, tenantId } = await world(t)
  await engine.learn(tenantId, { descriptions: [{ id: 'brand:tonwerk', label: 'Brand', name: 'Tonwerk', properties: {}, profile: null, goals: null, content: null }] })
  const path = join(t.testdir({ 'names.csv': 'subject,predicate,object\nBob,partner with,Tonwerk\nBob,cover,knives\n' }), 'names.csv')
  await importFile(graph, tenantId, { path, format: 'triples' })
  const rows = await graph.read<{ object: string }>('graph/facts', { tenantId, after: '', limit: 10 })
  t.strictSame(rows.map(({ object }) => object).sort(), ['brand:tonwerk', 'topic:knife'])
})

t.test('what cannot be read is said', async (t) => {
  const { graph, tenantId } = await world(t)
  await t.rejects(importFile(graph, tenantId, { path: '/nowhere/x.txt', format: 'pairs' }), { code: 'not_found' })
  const path = join(t.testdir({ 'bad.gz': 'this is not gzip' }), 'bad.gz')
  await t.rejects(importFile(graph, tenantId, { path, format: 'pairs' }), { code: 'invalid_argument', message: /bad\.gz/ })
})
