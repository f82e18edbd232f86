import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { fact, world } from '../../test/world.js'
import { formatOf } from '../../models/imports.js'
import type { Graph } from '../graph/graph.js'
import { importFile } from './run.js'
import { imports, undoImport } from './undo.js'

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
  const ask = async () => (await engine.discover(tenantId, { memberId: 'user:1', kinds: ['item'] })).data
  let data = await ask()
  while (data[0]!.score === data[1]!.score) data = await ask() // reached alike; as soon as the graph lies in memory, who has fewer facts comes first
  t.strictSame(data.map(({ id }) => id), ['item:3', 'item:1'])
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
  t.match(report, { read: 15_000, created: 15_000, merged: 0, duplicate: 0, rejected: 0 }, 'the counts are those of one that was never broken off')
  t.match(await imports(graph, tenantId), [{ importId: report.importId, state: 'succeeded', read: 15_000, created: 15_000 }])
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

/** What a tenant's graph says, without when it was said. */
const said = async ({ graph, tenantId }: { graph: Graph, tenantId: string }) =>
  (await graph.read<{ subject: string, relation: string, object: string, fact: { polarity: string, confidence: number, evidence: string[] } }>('graph/facts', { tenantId, after: '', limit: 10_000 }))
    .map(({ subject, relation, object, fact: { polarity, confidence, evidence } }) => [subject, relation, object, polarity, confidence, evidence.length].join(' '))

t.test('the same facts as CSV, as TSV and as JSON lines make the same graph', async (t) => {
  const rows = [
    { subject: 'Mia Tran', predicate: 'love', object: 'street "food"', objectType: 'Topic', confidence: 0.9, polarity: '+' },
    { subject: 'brand:acme', predicate: 'sponsor', object: 'Jazz, Days', objectType: 'Event', confidence: 1, polarity: '-' }
  ]
  const columns = ['subject', 'predicate', 'object', 'objectType', 'confidence', 'polarity'] as const
  const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`
  const dir = t.testdir({
    'facts.csv': [columns, ...rows.map((row) => columns.map((name) => quoted(row[name])))].map((row) => row.join(',')).join('\n'),
    'facts.tsv': [columns, ...rows.map((row) => columns.map((name) => quoted(row[name])))].map((row) => row.join('\t')).join('\n'),
    'facts.jsonl': rows.map((row) => JSON.stringify({ ...row, validTo: null, note: { of: 'no column' } })).join('\n')
  })
  const graphs: string[][] = []
  for (const name of ['facts.csv', 'facts.tsv', 'facts.jsonl']) {
    const w = await world(t)
    t.match(await importFile(w.graph, w.tenantId, { path: join(dir, name), format: formatOf(name)! }), { read: 2, created: 2, rejected: 0 })
    graphs.push(await said(w))
  }
  t.equal(graphs[0]!.length, 2)
  t.strictSame(graphs[1], graphs[0])
  t.strictSame(graphs[2], graphs[0])
  t.strictSame(['a.csv.gz', 'a.TSV', 'a.ndjson', 'a.txt', 'a'].map(formatOf), ['triples', 'tsv', 'jsonl', null, null])
})

t.test('rows that no text can come of are refused, and what is refused can be mended and imported', async (t) => {
  const w = await world(t)
  const dir = t.testdir({
    'poison.jsonl': Buffer.concat([
      Buffer.from(['{"subject":"ann","predicate":"like","object":"tea"}', '{"subject":"bob","predicate":"like","object":"a\\u0000b"}', '[1, 2]', '{"subject":',
        '{"__proto__":{"subject":"eve"},"predicate":"like","object":"rain"}', '{"subject":"cat","predicate":"like","object":"x\\ud800"}',
        '{"subject":"dan","predicate":"like","object":{"a":1}}', `{"subject":"${'e'.repeat(3_000_000)}","predicate":"like","object":"tea"}`, '{"subject":"fay","predicate":"like","object":"'].join('\n')),
      Buffer.from([0xff, 0xfe]), Buffer.from('"}\n{"subject":"gus","predicate":"like","object":"=1+1"}\n')
    ])
  })
  const rejectedTo = join(dir, 'rejected.jsonl')
  const report = await importFile(w.graph, w.tenantId, { path: join(dir, 'poison.jsonl'), format: 'jsonl', rejectedTo })
  t.match(report, { read: 10, created: 2, rejected: 8 })
  t.strictSame(report.errors.map(({ line, code }) => [line, code]),
    [[2, 'bad_text'], [3, 'bad_json'], [4, 'bad_json'], [5, 'missing_column'], [6, 'bad_text'], [7, 'bad_json'], [8, 'too_long'], [9, 'bad_text']])
  t.equal(({} as { subject?: string }).subject, undefined, 'no prototype was changed')

  const refused = readFileSync(rejectedTo, 'utf8').trimEnd().split('\n')
  t.equal(refused.length, 8)
  t.equal(refused[0], '{"subject":"bob","predicate":"like","object":"a\\u0000b"}', 'as it was')
  writeFileSync(rejectedTo, refused.slice(0, 1).map((row) => row.replace('\\u0000', ' and ')).join('\n'))
  t.match(await importFile(w.graph, w.tenantId, { path: rejectedTo, format: 'jsonl' }), { created: 1, rejected: 0 })
})

t.test('refused rows of a table keep its header; one can stop at the first of them', async (t) => {
  const w = await world(t)
  const dir = t.testdir({ 'facts.csv': 'subject,predicate,object,confidence\nann,like,tea,1\nbob,like,"jam, red",2\ncat,like,rain,0.5\n' })
  const [path, rejectedTo] = [join(dir, 'facts.csv'), join(dir, 'rejected.csv')]
  t.match(await importFile(w.graph, w.tenantId, { path, format: 'triples', onError: 'abort', rejectedTo }), { read: 2, created: 1, rejected: 1, errors: [{ line: 3, code: 'bad_confidence' }] })
  t.equal(readFileSync(rejectedTo, 'utf8'), 'subject,predicate,object,confidence\nbob,like,"jam, red",2\n')
  t.match(await importFile(w.graph, w.tenantId, { path, format: 'triples' }), { read: 3, created: 2, duplicate: 0, rejected: 1 }, 'and go on')
  const clean = join(dir, 'none.csv')
  await importFile(w.graph, w.tenantId, { path: join(t.testdir({ 'ok.csv': 'subject,predicate,object\nann,like,tea\n' }), 'ok.csv'), format: 'triples', rejectedTo: clean })
  t.notOk(existsSync(clean), 'where nothing is refused there is no file')
})

t.test('an import is taken back, and nothing but it', async (t) => {
  const w = await world(t, fact('ada HAS_AFFINITY_WITH jazz', { confidence: 0.5 }), 'ada HAS_AFFINITY_WITH chess')
  const before = await said(w)
  const dir = t.testdir({
    'one.csv': `subject,predicate,object,confidence\nada,like,jazz,0.8\n${Array.from({ length: 2_500 }, (_, i) => `ada,like,thing ${i},1\nfan ${i},like,jazz,1`).join('\n')}\n`,
    'two.csv': 'subject,predicate,object\nada,like,thing 7\n'
  })
  const one = await importFile(w.graph, w.tenantId, { path: join(dir, 'one.csv'), format: 'triples' })
  const two = await importFile(w.graph, w.tenantId, { path: join(dir, 'two.csv'), format: 'triples' })
  t.match([one, two], [{ created: 5_000, merged: 1 }, { merged: 1 }])
  t.match(await imports(w.graph, w.tenantId), [{ importId: two.importId, path: 'two.csv', lines: 2 }, { importId: one.importId, path: 'one.csv', lines: 5_002 }])

  t.match(await undoImport(w.graph, w.tenantId, one.importId), { removed: 4_999, kept: 2 })
  t.strictSame(await said(w), [...before, 'member:ada HAS_AFFINITY_WITH topic:thing-7 + 1 1'].sort(), 'what others say stays, as they say it')
  t.equal((await w.graph.read('graph/entity', { tenantId: w.tenantId, entityId: 'member:fan-3' })).length, 0, 'whom only the import had named is gone')
  t.match(await undoImport(w.graph, w.tenantId, two.importId), { removed: 1, kept: 0 })
  t.strictSame(await said(w), before)
  await t.rejects(undoImport(w.graph, w.tenantId, two.importId), { code: 'not_found' })
  t.match(await importFile(w.graph, w.tenantId, { path: join(dir, 'two.csv'), format: 'triples' }), { created: 1, resumedAt: 0 })
})

t.test('a broken row loses only itself, a file cut short nothing that came before', async (t) => {
  const { graph, tenantId } = await world(t)
  const dir = t.testdir({ 'quote.csv': 'subject,predicate,object\nann,like,tea\nbob,like,home "made" jam\ncat,like,cake\n', 'broken.csv': 'subject,predicate,object\nann,like,rain\nbob,like,"jam" and tea\ncat,like,cake\n' })
  t.match(await importFile(graph, tenantId, { path: join(dir, 'quote.csv'), format: 'triples' }), { read: 3, created: 3 })
  const broken = await importFile(graph, tenantId, { path: join(dir, 'broken.csv'), format: 'triples' })
  t.match(broken, { read: 3, created: 1, merged: 1, rejected: 1, errors: [{ line: 3, column: null, code: 'bad_quote' }] })

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

t.test('a dry run tells what an import will make of the graph, and leaves it as it is', async (t) => {
  const w = await world(t, fact('ada HAS_AFFINITY_WITH jazz', { confidence: 0.5 }), 'bob HAS_AFFINITY_WITH chess')
  const few = ['ada,like,jazz,0.8', 'bob,like,chess,', 'ada,like,Tea,0.5', 'ada,like,tea,0.9', 'ada,like,tea,0.9', 'cy,like,jazz,2']
  const rows = [...few, ...Array.from({ length: 40 }, (_, i) => `fan ${i % 20},like,thing ${i % 10},1`)]
  const path = join(t.testdir({ 'facts.csv': `subject,predicate,object,confidence\n${rows.join('\n')}\n` }), 'facts.csv')
  const before = await said(w)
  const foreseen = await importFile(w.graph, w.tenantId, { path, format: 'triples', dryRun: true, batch: 7 })
  t.strictSame(await said(w), before)
  t.strictSame(await imports(w.graph, w.tenantId), [])
  t.match(foreseen, {
    read: 46,
    created: 21,
    merged: 3,
    duplicate: 21,
    rejected: 1,
    rejectedBy: { bad_confidence: 1 },
    diff: { nodes: { new: 31, changed: 0 }, facts: { new: 21, merged: 2, changed: 2 } }
  })
  const { read, created, merged, duplicate, rejected } = foreseen
  t.match(await importFile(w.graph, w.tenantId, { path, format: 'triples', batch: 7 }), { read, created, merged, duplicate, rejected }, 'and so it is')
  const again = await importFile(w.graph, w.tenantId, { path, format: 'triples', dryRun: true })
  t.match(again, { read, created: 0, merged: 0, duplicate: 45, diff: { nodes: { new: 0, changed: 0 }, facts: { new: 0 } } })
})

t.test('mode create takes new facts alone; rows that are known already are refused, and can be imported otherwise', async (t) => {
  const w = await world(t, 'ada HAS_AFFINITY_WITH jazz')
  const dir = t.testdir({ 'facts.csv': 'subject,predicate,object,confidence\nada,like,jazz,0.8\nada,like,tea,0.7\nada,like,tea,0.7\nada,like,tea,0.9\n' })
  const [path, rejectedTo] = [join(dir, 'facts.csv'), join(dir, 'known.csv')]
  const before = await said(w)
  for (const dryRun of [true, false]) {
    const report = await importFile(w.graph, w.tenantId, { path, format: 'triples', mode: 'create', dryRun, rejectedTo })
    t.match(report, { read: 4, created: 1, merged: 0, duplicate: 1, rejected: 2, rejectedBy: { exists: 2 } })
  }
  t.strictSame(await said(w), [...before, 'member:ada HAS_AFFINITY_WITH topic:tea + 0.7 1'])
  t.equal(readFileSync(rejectedTo, 'utf8'), 'subject,predicate,object,confidence\nada,like,jazz,0.8\nada,like,tea,0.9\n')
  t.match(await importFile(w.graph, w.tenantId, { path: rejectedTo, format: 'triples' }), { created: 0, merged: 2 })
})
