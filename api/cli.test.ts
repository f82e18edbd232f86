import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadConfig } from '../engine/config.js'
import { loggedIn } from '../test/login.js'
import { testConfig, testEngine } from '../test/world.js'
import { buildApp } from './app.js'
import { parts } from './commands/extract.js'

const TERAFFI = fileURLToPath(new URL('../bin/teraffi.mjs', import.meta.url))

interface Ran { code: number | null, out: string, err: string }

/** Runs the real command in a process of its own. */
async function teraffi (args: string[], { input = '', env = {} }: { input?: string, env?: Record<string, string> } = {}): Promise<Ran> {
  const child = spawn(process.execPath, [TERAFFI, ...args], { env: { ...process.env, NODE_OPTIONS: '', ...env } })
  child.stdin.on('error', () => {}).end(input) // a command that refuses its arguments reads nothing
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, out, err }
}

/** An address at which nothing answers: a command that opened a store would fail. */
const NO_STORES = { NEO4J_URI: 'bolt://127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/x', TERAFFI_DATA_DIR: '/nonexistent' }
const extract = (args: string[], input: string) => teraffi(['extract', ...args], { input, env: NO_STORES })
const json = (lines: string) => lines.trim().split('\n').map((line) => JSON.parse(line))

t.test('extract prints a triple a line, from a file or from stdin, without any store', async (t) => {
  const words = 'I brew tea in Leeds. I never work with tobacco brands.'
  const { code, out, err } = await extract(['--owner', 'Mia'], words)
  t.equal(code, 0, err)
  const triples = json(out)
  t.match(triples, [
    { subject: 'Mia', predicate: 'brew', object: 'tea', relation: 'CREATES', polarity: '+', modality: 'certain', confidence: Number },
    { subject: 'Mia', object: 'tobacco brands', relation: 'PARTNERED_WITH', polarity: '-' }
  ])
  for (const { spans, object } of triples) t.equal(words.slice(spans.object.start, spans.object.end), object)

  const dir = t.testdir({ 'about.txt': words })
  t.equal((await extract([`${dir}/about.txt`, '--owner', 'Mia'], '')).out, out, 'a file gives the same')
})

t.test('extract --jsonl answers line by line; a bad line is named and the others go on', async (t) => {
  const { code, out, err } = await extract(['--jsonl', '--owner', 'Bo'], [
    '{"text":"I brew tea.","owner":"Mia"}',
    'not json',
    '{"owner":"Mia"}',
    '',
    '{"text":"I review gear."}',
    '{"text":7}'
  ].join('\n'))
  t.equal(code, 1)
  const answers = json(out)
  t.equal(answers.length, 2)
  for (const answer of answers) t.same(Object.keys(answer), ['triples'])
  t.match(answers, [{ triples: [{ subject: 'Mia', object: 'tea' }] }, { triples: [{ subject: 'Bo', object: 'gear' }] }])
  const complaints = err.trim().split('\n')
  t.match(complaints, [/^line 2: /, 'line 3: "text" is missing or not a string', 'line 6: "text" is missing or not a string'])
  t.equal(complaints.length, 3)
})

t.test('extract --format tab prints open tuples in the tokens of the sentence', async (t) => {
  const sentence = 'Mia Tran founded Loma in Leeds , and Bo reviews coffee gear .'
  const { code, out, err } = await extract(['--format', 'tab'], `${sentence}\n\nNot a tuple\n`)
  t.equal(code, 0, err)
  const tuples = out.trim().split('\n').map((line) => line.split('\t'))
  t.ok(tuples.length >= 2)
  for (const [said, confidence, predicate, arg1, arg2] of tuples) {
    t.equal(said, sentence)
    t.ok(Number(confidence) > 0 && Number(confidence) <= 1, String(confidence))
    for (const part of [predicate, arg1, arg2]) t.ok(part!.split(' ').every((token) => sentence.split(' ').includes(token)), String(part))
  }
  t.match(tuples, [{ 2: 'founded', 3: 'Mia Tran' }])
})

t.test('extract --strict leaves out what the vocabulary does not know', async (t) => {
  const words = 'I ponder tea. I brew tea.'
  t.match(json((await extract([], words)).out).map(({ relation }) => relation), ['MENTIONS', 'CREATES'])
  const strict = await extract(['--strict'], words)
  t.same(json(strict.out).map(({ relation }) => relation), ['CREATES'])
  t.match(strict.err, /^not mapped: I \| ponder \| tea: ./)
})

t.test('a long text is read in parts that lose nothing', async (t) => {
  for (const words of ['one two three four', 'a b\n\nc d e\nf g', 'x'.repeat(40), '', 'ab '.repeat(30)]) {
    const cut = [...parts(words, 8)]
    t.equal(cut.map(({ part }) => part).join(''), words)
    for (const { part, start } of cut) t.equal(words.slice(start, start + part.length), part)
    t.ok(cut.every(({ part }) => part.length <= 8))
  }
})

t.test('a misuse is one line and exit code 2; a failure one line and 1', async (t) => {
  const cases: [string[], number, RegExp][] = [
    [['conquer'], 2, /unknown command 'conquer'/],
    [['discover', '--limit', 'many'], 2, /whole number/],
    [['discover', 'a', '--explain', 'loudly'], 2, /none, summary, full/],
    [['import', 'x.txt'], 1, /does not tell its format; say --format pairs\|triples/],
    [['import', 'x.csv', '-'], 1, /Standard input does not tell its format; say --format pairs\|triples/],
    [['import', 'x.csv', '--map', 'subject'], 1, /--map "subject" is none/],
    [['import', '-', '--format', 'jsonl', '--offline'], 1, /standard input is no file/],
    [['query', 'run'], 2, /missing required argument 'name'/],
    [['query', 'run', 'graph/nothing'], 1, /query list/],
    [['discover'], 1, /Who is looking\?/],
    [['discover', 'a', '--filter', 'colour=red'], 1, /filters\.colour is not known; known are industry, regions/],
    [['discover', 'a', '--kinds', 'planet'], 1, /must be one of member, brand/],
    [['extract', '/no/such/file'], 1, /There is no file "\/no\/such\/file"/],
    [['bench', 'nothing'], 1, /There is no benchmark "nothing"/]
  ]
  for (const [args, expected, message] of cases) {
    const { code, out, err } = await teraffi(args, { env: NO_STORES })
    t.equal(code, expected, args.join(' '))
    t.match(err, message)
    t.equal(err.trim().split('\n').length, 1, `one line: ${err}`)
    t.equal(out, '')
  }
  t.match(await teraffi(['status'], { env: { PORT: 'x' } }), { code: 1, err: 'teraffi: PORT is "x"; it must be a whole number up to 65535\n' })
  t.match((await teraffi(['discover'], { env: { DEBUG: '1' } })).err, /\n {4}at .*match\.ts/, 'DEBUG shows the stack')
})

t.test('the query library is listed', async (t) => {
  const { code, out } = await teraffi(['query', 'list'], { env: NO_STORES })
  t.equal(code, 0)
  t.match(out, /^What is around something\?\n {2}neighborhood\n {6}The facts around one entity.*\n {6}takes entityId string$/m)
  t.notMatch(out, /merge-facts|excluded|census/, 'what the engine asks for itself is not for the hand')
})

t.test('with the stores', async (t) => {
  const tenantId = `test-${randomUUID()}`
  const shared = await testEngine(t)
  const engine = { ...shared, config: { ...shared.config, tenantId } }
  const env = { TERAFFI_TENANT: tenantId, TERAFFI_DATA_DIR: engine.config.dataDir, TERAFFI_EMBEDDER: engine.config.embedder }
  const app = await buildApp(engine)
  await app.ready()
  const { headers } = await loggedIn(app, engine, { tenantId, name: 'The Admin' })
  t.teardown(() => app.close())
  await engine.onboard(tenantId, { name: 'Bo Lind', answers: ['I review coffee gear. I love coffee.', 'I look for people who make videos about coffee.'] })

  await t.test('onboard asks, shows what it understood, lets one correct it, and finds matches', async (t) => {
    const input = ['Mia Tran', 'I brew coffee in Leeds. I love coffee.', 'I would love to work with coffee reviewers.', 'd 1', 'c 1 object = coffee', ''].join('\n')
    const { code, out, err } = await teraffi(['onboard'], { input, env })
    t.equal(code, 0, err)
    const [first, second, third] = out.split('This is what I understood').slice(1)
    const numbered = (shown: string) => shown.split('\n').filter((line) => /^ +\d+ {2}/.test(line)).map((line) => line.trim())
    t.ok(numbered(first!).length >= 3, 'both answers were understood')
    t.equal(numbered(second!).length, numbered(first!).length - 1, 'one was dropped')
    t.match(numbered(third!)[0], /\| coffee /, 'one was corrected')
    t.match(third, /Your first matches.*member:mia-tran[^]*1\. Bo Lind \(member, member:bo-lind\)[^]*\+ /)
  })

  await t.test('discover --json is the data of REST, byte for byte', async (t) => {
    const request = { memberId: 'member:mia-tran', kinds: ['member', 'topic'], limit: 7, explain: 'full' }
    const { code, out, err } = await teraffi(['discover', 'member:mia-tran', '--kinds', 'member,topic', '--limit', '7', '--explain', 'full', '--json'], { env })
    t.equal(code, 0, err)
    const { body } = await app.inject({ method: 'POST', url: '/affinity/discover', payload: request, headers })
    const data = /^\{"data":(.*),"meta":\{/s.exec(body)?.[1]
    t.equal(out, `${data}\n`)
    t.ok(JSON.parse(out).length > 0, 'and there is something to compare')
  })

  await t.test('a match is told in words, and a query of the library runs', async (t) => {
    const { out } = await teraffi(['discover', 'member:mia-tran', '--kinds', 'member'], { env })
    t.match(out, /^1\. Bo Lind \(member, member:bo-lind\) {2}score \d+\.\d{3} {2}confidence [01]\.\d\d$/m)
    t.notMatch(out, '\x1b', 'no colour in a pipe')
    t.match((await teraffi(['explain', 'member:mia-tran', 'member:bo-lind'], { env })).out, /Bo Lind/)
    t.match((await teraffi(['recommend', 'member:mia-tran', '--kind', 'member'], { env })).out, /Bo Lind/)
    const rows = await teraffi(['query', 'run', 'neighborhood', '--param', 'entityId=member:mia-tran', '--limit', '1', '--format', 'jsonl'], { env })
    t.equal(rows.code, 0, rows.err)
    t.match(json(rows.out), [{ other: String, relation: String, confidence: Number }])
    t.match(await teraffi(['query', 'run', 'graph/neighborhood', '--param', 'entityId=member:mia-tran'], { env }), { code: 1, err: /no query/ }, 'the engine\'s own stay inside')
    t.match(await teraffi(['recommend', 'member:nobody'], { env }), { code: 1, err: /^teraffi: .*member:nobody.*\n$/ })
  })

  await t.test('E-26 routes lists every route with the permission that it asks for', async (t) => {
    const { code, out, err } = await teraffi(['routes', '--json'], { env })
    t.equal(code, 0, err)
    const rows = JSON.parse(out) as { method: string, url: string, permission: string }[]
    const served = app.routeTable.filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')
    t.equal(rows.length, served.length)
    for (const { method, url, permission } of served) t.ok(rows.some((row) => row.method === method && row.url === url.replace('::', ':') && row.permission === permission), `${method} ${url}`)
    t.notOk(rows.some(({ permission }) => !/^(?:public|[a-z]+:[a-z]+)$/.test(permission)))
    const shown = (await teraffi(['routes'], { env })).out
    t.match(shown, /^method +url +permission$/m)
    t.match(shown, /^PUT +\/api\/v1\/flags\/:name +flag:update$/m)
    t.match(shown, /^GET +\/health +public$/m)
  })

  await t.test('import reads pairs, says what became of them, and a second time changes nothing', async (t) => {
    const dir = t.testdir({ 'pairs.txt': '1 10 11 12\n2 10 11\n3 12 13\n' })
    const first = await teraffi(['import', `${dir}/pairs.txt`, '--format', 'pairs'], { env })
    t.equal(first.code, 0, first.err)
    t.match(first.out, /read +created[^]*\b7 +7\b/)
    const second = await teraffi(['import', `${dir}/pairs.txt`, '-', '--format', 'pairs'], { env, input: '4 10\n4\n' })
    t.match(second.out, /\b7 +0\b[^]*\b2 +1\b/, 'and what comes by standard input is new')
    t.match([second.code, second.err], [1, /import stdin 100%[^]*line 2 no_items/])
    t.strictSame(readdirSync(loadConfig(testConfig()).dataDir).filter((name) => name.startsWith('stdin')), [], 'which is not kept')
    const { out } = await teraffi(['discover', 'user:2', '--kinds', 'item', '--json'], { env })
    t.match(JSON.parse(out), [{ id: 'item:12', kind: 'item' }], 'what others with the same items have')
  })

  await t.test('start greets, serves, and stops on a signal', async (t) => {
    const child = spawn(process.execPath, [TERAFFI, 'start'], { env: { ...process.env, NODE_OPTIONS: '', ...env, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    const address = await new Promise<string | undefined>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (more) => {
        out += String(more)
        const found = /answers at (http:\S+)\/api\/v1/.exec(out)
        if (found !== null) resolve(found[1])
      })
      child.once('exit', () => { resolve(undefined) })
    })
    t.match(await (await fetch(`${address}/ready`)).json(), { data: { ready: true } })
    t.match(out, /Who fits member:mia-tran\?[^]*1\. Bo Lind/)
    const [, email, password] = /Log in as (\S+) with the password (\S+)\n/.exec(out) ?? []
    const login = await fetch(`${address}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email, password }) })
    t.equal(login.status, 200, 'the login that it prints works')
    const down = await teraffi(['stores', 'down'], { env })
    t.match(down, { code: 1, err: /^teraffi: A server uses the stores \(process \d+/ })
    child.kill('SIGTERM')
    t.same(await once(child, 'exit'), [0, null])
  })
})
