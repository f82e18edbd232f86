import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { world } from '../../test/world.js'
import type { Format } from '../../models/imports.js'
import { openText } from './lines.js'
import { readers } from './readers.js'
import { generator } from '../../test/chance.js'
import type { Line } from './rows.js'
import { importFile } from './run.js'

const SEED = Number(process.env.TERAFFI_POISON_SEED ?? 20261126)
t.comment(`TERAFFI_POISON_SEED=${SEED}`)

const chance = generator(SEED)
const random = (below: number) => chance() * 2 ** 32 % below

const cut = (bytes: Buffer, size: number) => Readable.from((function * () { for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size) })())

async function read (format: Format, text: Readable): Promise<Line[]> {
  const found: Line[] = []
  for await (const line of readers[format]({ text, source: 'import:i', importId: 'i', mapping: {} })) found.push(line)
  return found
}

/** A form of rows: its header, a good row, and bad ones with the code by which each is refused (null: it is read). */
interface Form { format: Format, header: string, good: (i: number) => string, bad: [name: string, row: string | Buffer, code: string | null][] }
const LONG = 'x'.repeat(10_000_000)
const raw = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)))

/** Names that no node may have, and names that are only odd. */
const NAMES: [string, string, string | null][] = [
  ['a NUL', 'a\0b', 'bad_text'],
  ['a control character', 'a\u0007b', 'bad_text'],
  ['a name without letters', '!?', 'no_name'],
  ['a name that is too long', 'y'.repeat(400), 'too_long'],
  ['right to left', '\u202eshalom שלום', null],
  ['zero width', 'te\u200ba', null],
  ['a formula', '=HYPERLINK(0)', null],
  ['a prototype', '__proto__', null],
  ['a constructor', 'constructor', null]
]

const table = (format: Format, by: string): Form => {
  const row = (...fields: string[]) => fields.join(by)
  return {
    format,
    header: row('subject', 'predicate', 'object', 'confidence', '__proto__'),
    good: (i) => row(`Ann ${i}`, 'like', `tea ${i}`, '0.5', ''),
    bad: [
      ...NAMES.map(([name, text, code]): Form['bad'][number] => [name, row(text, 'like', 'tea', '1', ''), code]),
      ['no UTF-8', raw(row('Bo', 'like', 'x'), [0xff, 0xfe], row('', '1', '')), 'bad_text'],
      ['half a character', raw(row('Bo', 'like', 'x'), [0xed, 0xa0, 0x80], row('', '1', '')), 'bad_text'],
      ['a field of 10 MB', row('Bo', 'like', LONG, '1', ''), 'too_long'],
      ['a self-loop', row('topic:x', 'like', 'topic:x', '1', ''), 'self_loop'],
      ...['NaN', '1e309', '-0', 'Infinity', '0x1', '2'].map((text): Form['bad'][number] => [text, row('Bo', 'like', 'tea', text, ''), 'bad_confidence']),
      ['an open quote', row('Bo', 'like', '"tea', '1', ''), 'bad_quote'],
      ['text behind a quote', row('"Bo" x', 'like', 'tea', '1', ''), 'bad_quote'],
      ['an empty subject', row('', 'like', 'tea', '1', ''), 'missing_column'],
      ['too many fields', row('Bo', 'like', 'tea', '1', '', 'more'), 'too_many_fields'],
      ['quotes with lines', row('"Bo', 'l"', 'like', 'tea', '1').replace(by, '\n'), null]
    ]
  }
}

const json = (object: object) => JSON.stringify(object)
const fact = (more: object) => json({ subject: 'Bo', predicate: 'like', object: 'tea', ...more })
const jsonl: Form = {
  format: 'jsonl',
  header: '',
  good: (i) => json({ s: `Ann ${i}`, p: 'like', o: `tea ${i}` }),
  bad: [
    ...NAMES.map(([name, text, code]): Form['bad'][number] => [name, fact({ subject: text }), code]),
    ['no UTF-8', raw('{"s":"Bo","p":"like","o":"', [0xc3, 0x28], '"}'), 'bad_text'],
    ['half a character', '{"s":"Bo","p":"like","o":"x\\ud800"}', 'bad_text'],
    ['a field of 10 MB', fact({ object: LONG }), 'too_long'],
    ['deep JSON', '['.repeat(400_000), 'bad_json'],
    ['deep JSON that ends', `{"subject":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'bad_json'],
    ['an array', '[1]', 'bad_json'],
    ['a bare number', '1e309', 'bad_json'],
    ['an endless confidence', '{"s":"Bo","p":"like","o":"tea","confidence":1e309}', 'bad_confidence'],
    ['NaN', '{"s":"Bo","p":"like","o":"tea","confidence":NaN}', 'bad_json'],
    ['minus zero', '{"s":"Bo","p":"like","o":"tea","confidence":-0}', 'bad_confidence'],
    ['a prototype as key', '{"__proto__":{"subject":"eve"},"predicate":"like","object":"tea"}', 'missing_column'],
    ['a prototype as properties', '{"s":"Bo","p":"like","o":"tea","properties":{"__proto__":{"count":1},"constructor":1}}', null],
    ['properties that are none', fact({ properties: { count: 'many' } }), 'bad_value'],
    ['another voice', fact({ source: 'member:ada/goals' }), 'not_yours'],
    ['a secret', fact({ visibility: 'private' }), 'not_yours'],
    ['a node without id', json({ node: { label: 'Member' } }), 'missing_column'],
    ['a node of no label', json({ node: { id: 'x:y', label: 'constructor' } }), 'unknown_type']
  ]
}

const X = 'http://x.org/'
const statement = (object: string, more = '') => `<${X}Bo> <${X}likes> ${object} ${more}.`
const rdf = (format: Format, more = ''): Form => ({
  format,
  header: '',
  good: (i) => `<${X}Ann_${i}> <${X}likes> <${X}tea_${i}> ${more}.`,
  bad: [
    ...NAMES.filter(([name]) => !name.includes('control') && !name.includes('NUL')).map(([name, text, code]): Form['bad'][number] => [name, statement(`"${text}"`), code]),
    ['a NUL', statement('"a\\u0000b"'), 'bad_text'],
    ['no UTF-8', raw(`<${X}Bo> <${X}likes> "x`, [0xff], '" .'), 'bad_text'],
    ['half a character', statement('"x\\ud800"'), 'bad_text'],
    ['a literal of 10 MB', statement(`"${LONG}"`), 'too_long'],
    ['a million escapes', statement(`"x${'\\t'.repeat(400_000)}x"`), 'too_long'],
    ['a blank node', `_:b <${X}likes> <${X}tea> .`, 'blank_node'],
    ['an unclosed string', statement('"tea'), 'bad_statement'],
    ['an IRI with a space', `<${X}B o> <${X}likes> <${X}tea> .`, 'bad_statement'],
    ['a self-loop', `<urn:teraffi:topic:x> <${X}likes> <urn:teraffi:topic:x> .`, 'self_loop'],
    ['an unknown type', `<${X}Bo> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <${X}constructor> .`, 'unknown_type'],
    ['a statement cut short', `<${X}Bo> <${X}likes> .`, 'bad_statement']
  ]
})
const turtle: Form = {
  ...rdf('turtle'),
  bad: [...rdf('turtle').bad.map(([name, row, code]): Form['bad'][number] => [name, row, row.includes('\\ud800') ? 'bad_statement' : code]), ['a long string that is not closed', statement('"""tea'), 'bad_quote'], ['a prefix that is not there', 'ex:Bo ex:likes ex:tea .', 'bad_statement'], ['brackets', `[] <${X}likes> <${X}tea> .`, 'blank_node']]
}
const nquads: Form = { ...rdf('nquads', `<${X}g> `), bad: [...rdf('nquads').bad, ['another voice', statement('"tea"', '<urn:teraffi:member:ada/goals> '), 'not_yours']] }

const pairs: Form = {
  format: 'pairs',
  header: '',
  good: (i) => `${i} ${i}`,
  bad: [
    ['a NUL', '1 a\0b', 'bad_token'],
    ['no UTF-8', raw('1 ', [0xff]), 'bad_token'],
    ['a token of 10 MB', `1 ${LONG}`, 'too_long'],
    ['a hub of five million', `1${' 7'.repeat(5_000_000)}`, 'too_long'],
    ['a hub of too many', `1${' 7'.repeat(100_001)}`, 'too_long'],
    ['nothing liked', '1', 'no_items'],
    ['a prototype', '__proto__ constructor', null],
    ['a formula', '1 =1+1', 'bad_token'],
    ['half a character', raw('1 ', [0xed, 0xa0, 0x80]), 'bad_token'],
    ['zero width', '1 a\u200bb', 'bad_token']
  ]
}

const nodes: Form = {
  format: 'triples',
  header: 'id:ID(Member),name,n:int,x:float[],:LABEL',
  good: (i) => `m${i},Ann ${i},${i},1;2,Person;Member`,
  bad: [
    ['an id that is missing', ',Bo,1,,', 'missing_column'],
    ['a label that is none', 'bo,Bo,1,,constructor', 'unknown_type'],
    ['NaN', 'bo,Bo,NaN,,', 'bad_value'],
    ['an integer that is too large', 'bo,Bo,2147483648,,', 'bad_value'],
    ['an array with a hole', 'bo,Bo,1,1;;2,', 'bad_value'],
    ['an endless float', 'bo,Bo,1,1e309,', 'bad_value'],
    ['another kind', 'brand:bo,Bo,1,,', 'unknown_type'],
    ['a NUL', 'bo,B\0,1,,', 'bad_text'],
    ['a name of 10 MB', `bo,${LONG},1,,`, 'too_long'],
    ['a quote that is not closed', 'bo,"Bo,1,,', 'bad_quote']
  ]
}
const relationships: Form = {
  format: 'tsv',
  header: ':START_ID(Member)\t:END_ID(Content)\t:TYPE\tconfidence:double\tcount:long',
  good: (i) => `m${i}\tc${i}\tCREATES\t0.5\t${i}`,
  bad: [
    ['an end that is missing', 'bo\t\tCREATES\t1\t1', 'missing_column'],
    ['a type that is missing', 'bo\tc\t\t1\t1', 'missing_column'],
    ['a type of no relation', 'bo\tc\t__proto__\t1\t1', null],
    ['NaN', 'bo\tc\tCREATES\tNaN\t1', 'bad_value'],
    ['a confidence of two', 'bo\tc\tCREATES\t2\t1', 'bad_confidence'],
    ['a count that is none', 'bo\tc\tCREATES\t1\tmany', 'bad_value'],
    ['another kind', 'brand:bo\tc\tCREATES\t1\t1', 'unknown_type'],
    ['no UTF-8', raw('bo\tc', [0xff], '\tCREATES\t1\t1'), 'bad_text']
  ]
}
const FORMS = [table('triples', ','), table('tsv', '\t'), jsonl, rdf('ntriples'), nquads, turtle, pairs, nodes, relationships]

/** A file with so many good rows above and below a bad one. */
function around ({ header, good }: Form, row: string | Buffer, above: number, below: number): Buffer {
  const end = random(2) === 0 ? '\n' : '\r\n'
  const rows = (n: number, from: number) => Array.from({ length: n }, (_, i) => good(from + i) + end).join('')
  const head = (random(2) === 0 ? '\ufeff' : '') + (header === '' ? '' : header + end)
  return Buffer.concat([Buffer.from(head + rows(above, 0)), Buffer.from(row as string), Buffer.from(end + rows(below, 100))])
}

t.test('poison is refused alone, and the rows around it are read', async (t) => {
  const before = process.memoryUsage().rss
  let cases = 0
  for (const form of FORMS) {
    for (const [name, row, code] of form.bad) {
      for (let again = 0; again < (row.length > 1e6 ? 1 : 3); again++) {
        const [above, below] = [random(12), 1 + random(12)]
        const bytes = around(form, row, above, below)
        const found = await read(form.format, cut(bytes, 1 + random(row.length > 1e5 ? 65_536 : 200)))
        const refused = found.filter(({ rejected }) => rejected !== undefined)
        const line = above + 1 + Number(form.header !== '')
        t.strictSame(refused.map(({ line, rejected }) => [line, rejected?.code]), code === null ? [] : [[line, code]], `${form.format}: ${name}`)
        t.equal(found.length, above + below + 1, 'each row has one outcome')
        t.ok(found.every((one, i) => i === 0 || one.line > found[i - 1]!.line), 'in the order of their lines')
        t.ok(refused.every(({ rejected, raw }) => rejected!.hint.length > 10 && raw!.length <= 1_000_000))
        cases++
      }
    }
  }
  t.ok(cases >= 300, `${cases} cases`)
  t.equal(({} as { subject?: string }).subject, undefined, 'no prototype was changed')
  t.strictSame(Object.keys(Object.prototype), [])
  const grown = process.memoryUsage().rss - before
  t.ok(grown < 500e6, `the process grew by ${Math.round(grown / 1e6)} MB`)
})

t.test('whatever bytes are thrown in, nothing is thrown back', async (t) => {
  const odd = ['"', '\'', '"""', ',', '\t', '\n', '\r', '\0', '<', '>', '.', '\\', '#', '{', '}', '[', ' ', '\ufeff', '@prefix', '_:', '%', '\xff'].map((text) => Buffer.from(text, 'latin1'))
  for (const form of FORMS) {
    for (let again = 0; again < 12; again++) {
      let bytes = Buffer.from(Array.from({ length: 30 }, (_, i) => `${form.good(i)}\n`).join(''))
      for (let n = 0; n < 6; n++) {
        const at = random(bytes.length)
        bytes = Buffer.concat([bytes.subarray(0, at), odd[random(odd.length)]!, bytes.subarray(at + random(3))])
      }
      const found = await read(form.format, cut(Buffer.concat([Buffer.from(form.header === '' ? '' : `${form.header}\n`), bytes]), 1 + random(100)))
      t.ok(found.every((one, i) => i === 0 || one.line > found[i - 1]!.line), `${form.format} in the order of lines`)
      t.ok(found.filter(({ rejected }) => rejected === undefined).length >= (form.format === 'triples' || form.format === 'tsv' || form.format === 'turtle' ? 5 : 18), `${form.format}: most rows are read`)
    }
  }
})

t.test('files that are poison as a whole are refused in clear words', async (t) => {
  const dir = t.testdir()
  const fails = async (name: string, bytes: Buffer, format: Format, message: RegExp) => {
    writeFileSync(join(dir, name), bytes)
    await t.rejects(read(format, openText(join(dir, name)).text), { message }, name)
  }
  const zeros = gzipSync(Buffer.alloc(64e6, ' '))
  await fails('bomb.txt', Buffer.concat(Array.from({ length: 17 }, () => zeros)), 'pairs', /MB came out of \d MB of gzip/) // gzip, whatever the name says
  await fails('header.csv', Buffer.from(LONG), 'triples', /the header cannot be read/)
  await fails('twice.csv', Buffer.from('subject,subject\na,b\n'), 'triples', /two columns/)
  await fails('ids.csv', Buffer.from(':ID(Member),x:ID(Member)\na,b\n'), 'triples', /one :ID/)
  await fails('types.csv', Buffer.from(':ID(Member),x:blob\na,b\n'), 'triples', /unknown type/)
  await fails('not.gz', Buffer.from('no gzip'), 'pairs', /header/)
  for (const format of ['pairs', 'triples', 'tsv', 'jsonl', 'ntriples', 'nquads', 'turtle', 'text'] as const) {
    for (const text of ['', '\ufeff', '\n\n', ' \r\n']) t.strictSame(await read(format, cut(Buffer.from(text), 1)), [], `${format}: nothing comes of nothing`)
  }
  t.strictSame(await read('triples', cut(Buffer.from('subject,predicate,object'), 3)), [], 'a header alone')
  t.throws(() => readers.jsonl({ text: cut(Buffer.from(''), 1), source: 's', importId: 'i', mapping: { labels: { Person: 'Persn' as 'Member' } } }), { code: 'invalid_argument', message: /labels\.Person/ })
})

t.test('with the graph: counts add up, and what is in stays in', async (t) => {
  const { graph, tenantId } = await world(t)
  const dir = t.testdir()
  for (const form of [table('triples', ','), jsonl, turtle, relationships]) {
    const bad = form.bad.filter(([, row]) => row.length < 1e6)
    const path = join(dir, `${form.format}-${form.header.length}`)
    writeFileSync(path, Buffer.concat([Buffer.from(form.header === '' ? '' : `${form.header}\n`), ...bad.flatMap(([, row], i) => [Buffer.from(`${form.good(i)}\n`), Buffer.from(row as string), Buffer.from('\n')])]))
    const report = await importFile(graph, tenantId, { path, format: form.format })
    const refused = bad.filter(([, , code]) => code !== null)
    t.equal(report.rejected, refused.length, `${form.format}: refused`)
    t.equal(report.created + report.merged + report.duplicate + report.rejected, report.read, 'the counts add up')
    t.strictSame(report.errors.map(({ code }) => code), refused.map(([, , code]) => code))
  }
  const whole = gzipSync(Array.from({ length: 9_000 }, (_, i) => jsonl.good(i)).join('\n'))
  writeFileSync(join(dir, 'cut.jsonl'), whole.subarray(0, whole.length / 2))
  await t.rejects(importFile(graph, tenantId, { path: join(dir, 'cut.jsonl'), format: 'jsonl' }), { code: 'invalid_argument', message: /Lines up to \d+ are imported/ })
})
