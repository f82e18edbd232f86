import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { Format } from '../../models/imports.js'
import { openText } from './lines.js'
import { readers } from './readers.js'
import type { Line, Source } from './rows.js'

async function read (format: Format, text: string | Readable, more: Partial<Source> = {}): Promise<Line[]> {
  const found: Line[] = []
  const bytes = typeof text === 'string' ? Readable.from([Buffer.from(text)]) : text
  for await (const line of readers[format]({ text: bytes, source: 'import:i', importId: 'i', mapping: {}, ...more })) found.push(line)
  return found
}

/** Each row as its line with its facts and nodes in short, or with its code and column. */
const brief = (lines: Line[]) => lines.map((one) => one.rejected !== undefined
  ? `${one.line} ${one.rejected.code} ${one.rejected.column}`
  : [one.line, ...one.facts.map(({ subject, relation, object }) => `${subject.id} ${relation} ${object.id}`), ...(one.nodes ?? []).map(({ id, name }) => `${id} = ${name}`)].join(' '))

t.test('nodes and relationships under the headers of neo4j-admin, also in several files', async (t) => {
  const dir = t.testdir({ 'header.csv': 'id:ID(Member),name,age:int,tags:string[],:LABEL', 'part1.csv': 'ada,Ada,36,x;y,Person;Member', 'part2.csv': '\ufeffbob,,old,,\ncat,,,,Robot\n' })
  const parts = ['header.csv', 'part1.csv', 'part2.csv'].map((name) => join(dir, name))
  const lines = await read('triples', openText(parts.join(',')).text)
  t.strictSame(brief(lines), ['2 member:ada = Ada', '3 bad_value age', '4 unknown_type :LABEL'])
  t.strictSame(lines[0]!.ignored, ['age', 'tags'], 'columns that nodes do not have are named once')
  t.strictSame(brief(await read('triples', ':START_ID(Person),:END_ID(Content),:TYPE,confidence:float,count:int\nada,film 1,WORKS_WITH,0.5,3\nada,film,knows,2,\n', { mapping: { labels: { Person: 'Member' } } })),
    ['2 member:ada PARTNERED_WITH content:film%201', '3 bad_confidence confidence'])
  t.strictSame(brief(await read('triples', ':START_ID(Person),:END_ID(Content),:TYPE\nada,film,CREATES\n')), ['2 unknown_type :START_ID(Person)'])
})

t.test('columns, labels and relations are mapped', async (t) => {
  const mapping = { columns: { from: 'subject', to: 'object', kind: 'subjectType' }, labels: { Firm: 'Brand' as const }, relations: { knows: 'REPRESENTS' as const } }
  t.strictSame(brief(await read('tsv', 'from\tpredicate\tto\tkind\nAcme\tknows\tAda\tFirm\n', { mapping })), ['2 brand:acme REPRESENTS member:ada'])
})

t.test('RDF: ids, names, types, and each broken statement alone', async (t) => {
  const nt = [
    '<http://x.org/Ada_Lind> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Person> .',
    '<http://x.org/Ada_Lind> <http://xmlns.com/foaf/0.1/name> "Ad\\u00e9"@en .',
    '<http://x.org/Ada_Lind> <http://x.org/worksWith> <urn:teraffi:brand:acme> . # so it is',
    '_:b <http://x.org/likes> "tea" .',
    '<urn:teraffi:member:bob> <urn:teraffi:relation:CREATES> <urn:teraffi:content:a%20b>'
  ].join('\n')
  t.strictSame(brief(await read('ntriples', nt, { mapping: { labels: { Person: 'Member' } } })),
    ['1 member:ada-lind = Ada Lind', '2 member:ada-lind = Adé', '3 member:ada-lind PARTNERED_WITH brand:acme', '4 blank_node subject', '5 bad_statement null'])
  const nq = '<urn:teraffi:member:ada> <http://x/likes> "tea" <urn:teraffi:member:ada/goals> .'
  t.strictSame(brief(await read('nquads', nq)), ['1 not_yours source'])
  t.match(await read('nquads', nq, { trusted: true }), [{ facts: [{ source: 'member:ada/goals' }] }])
  const ttl = '@prefix ex: <http://x.org/> . # a dot . here\nex:ada ex:likes ex:jazz , "tea. 1.5" .\nex:bob ex:likes .\nex:cat ex:likes """long\n. text""" . ex:dan ex:likes ex:rain .\nex:eve ex:likes """open .\nex:fay ex:likes ex:fog .'
  const told = await read('turtle', ttl)
  t.strictSame(brief(told), [
    '2 member:ada HAS_AFFINITY_WITH topic:jazz member:ada HAS_AFFINITY_WITH topic:tea-1-5', '3 bad_statement null',
    '4 member:cat HAS_AFFINITY_WITH topic:long-text', '5 member:dan HAS_AFFINITY_WITH topic:rain', '6 bad_quote null', '7 member:fay HAS_AFFINITY_WITH topic:fog'
  ])
  t.equal(told[1]!.header, '@prefix ex: <http://x.org/> .', 'what is refused can be read alone')
})

t.test('prose: sentences with their place in the file, and whose words they are', async (t) => {
  const text = 'I film street food. Mia Tran covers jazz.\r\nBob Lind loves tea.\r\n\r\nNothing here\r\n'
  const [told, nothing] = await read('text', text, { about: 'member:ada' })
  t.strictSame(brief([told!, nothing!]), ['1 member:ada CREATES topic:street-food member:mia-tran COVERS_TOPIC topic:jazz member:bob-lind HAS_AFFINITY_WITH topic:tea', '4 no_facts null'])
  for (const { sentence, start, end } of told!.rejected === undefined ? told!.facts : []) t.equal(text.slice(start!, end!), sentence)
  t.strictSame(brief((await read('text', text)).slice(0, 1)), ['1 member:mia-tran COVERS_TOPIC topic:jazz member:bob-lind HAS_AFFINITY_WITH topic:tea'], 'nobody said "I"')
})

t.test('JSON lines of nodes, and of facts as an export writes them', async (t) => {
  const lines = [
    { node: { id: 'member:ada', label: 'Member', name: 'Ada', properties: { industry: 'music', other: 1 }, profile: 'I play.' } },
    { node: { id: 'odd id', label: 'Topic', name: 'Odd', described: false } },
    { subject: 'odd id', subjectType: 'Topic', subjectName: 'Odd', predicate: 'ABOUT', object: 'topic:x', source: 'member:ada/goals', sentence: ' so ', start: 0, end: 4, visibility: 'private', recordedAt: '2026-01-01T00:00:00.000Z', properties: { count: 3 } }
  ].map((one) => JSON.stringify(one)).join('\n')
  const told = await read('jsonl', lines, { trusted: true })
  t.strictSame(told.map((one) => one.rejected === undefined && one.nodes), [[{ id: 'member:ada', label: 'Member', name: 'Ada', properties: { industry: 'music' }, profile: 'I play.' }], [], undefined])
  t.match(told[2], { facts: [{ subject: { id: 'odd id', name: 'Odd' }, source: 'member:ada/goals', sentence: ' so ', visibility: 'private', recordedAt: '2026-01-01T00:00:00.000Z', properties: { count: 3 } }] })
  t.strictSame(brief((await read('jsonl', lines)).slice(2)), ['3 not_yours source'])
})

t.test('gzip is known by its first bytes', async (t) => {
  const path = join(t.testdir(), 'pairs.txt')
  writeFileSync(path, gzipSync('1 2\n'))
  t.strictSame(brief(await read('pairs', openText(path).text)), ['1 user:1 HAS_AFFINITY_WITH item:2'])
})
