import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { loadConfig } from '../engine/config.js'
import { createEngine } from '../engine/engine.js'
import type { Import } from '../models/import-jobs.js'
import { loggedIn, type Login } from '../test/login.js'
import { adminOf, ask, logIn, startServer, type Answer } from '../test/server.js'
import { fact, testConfig } from '../test/world.js'
import { buildApp } from './app.js'

/** Imports over HTTP, with a data folder of their own, so that nobody else goes on with what waits there; the stores are those of the test run. */

const shared = loadConfig(testConfig())
const { openStores } = await import('../engine/stores.js')
const stores = await openStores(shared)
const settings = {
  NEO4J_URI: stores.neo4j.uri, NEO4J_USER: stores.neo4j.user, NEO4J_PASSWORD: stores.neo4j.password, DATABASE_URL: stores.databaseUrl, TERAFFI_IMPORT_MAX_MB: '1'
}
const config = loadConfig({ ...testConfig(), ...settings, TERAFFI_DATA_DIR: t.testdir() })
const engine = await createEngine(config)
const app = await buildApp(engine, { arrivalMs: 400 })
t.teardown(async () => {
  await app.close()
  await engine.close()
  await stores.close()
})
const address = await app.listen({ host: '127.0.0.1', port: 0 })
engine.importJobs.start()

const PATH = '/api/v1/imports'
const csv = (...rows: string[]) => `${['subject,predicate,object', ...rows].join('\n')}\n`
const many = (count: number, kind = 'fan') => csv(...Array.from({ length: count }, (_, at) => `${kind} ${at},like,thing ${at % 97}`))
const someone = (tenantId?: string) => loggedIn(app, engine, { name: 'Ada Lind', ...tenantId && { tenantId } })
const facts = async ({ actor: { tenantId } }: Login, limit = 10_000) => (await engine.query(tenantId, 'graph/facts', { tenantId, after: '', limit })).length
const waits = () => readdirSync(join(config.dataDir, 'imports'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:json|part|data)/.test(name))

type Body = string | Buffer | Readable
async function send (login: Login, body: Body, query = '', headers: Record<string, string> = {}): Promise<Answer<Import>> {
  const answer = await fetch(`${address}${PATH}${query}`, {
    method: 'POST', headers: { ...login.headers, 'content-type': 'text/csv', ...headers }, body: body as string, ...body instanceof Readable && { duplex: 'half' }
  } as RequestInit)
  return { status: answer.status, headers: answer.headers, ...await answer.json() as Omit<Answer<Import>, 'status' | 'headers'> }
}
const get = (login: Login, rest: string) => ask<Import>({ address }, 'GET', `${PATH}${rest}`, { headers: login.headers })
const act = (login: Login, method: string, rest: string) => ask({ address }, method, `${PATH}${rest}`, { headers: login.headers })

/** Waits until an import has ended. */
async function ended (login: Login, { data: { importId } }: Answer<Import>): Promise<Import> {
  for (;; await sleep(100)) {
    const { data } = await get(login, `/${importId}`)
    if (data.endedAt !== null) return data
  }
}

t.test('a file goes in, is imported when its turn comes, and is the same when it comes again', async (t) => {
  const ada = await someone()
  const first = await send(ada, csv('ann,like,tea', 'bob,like,rain'), '?name=../../facts.csv')
  t.match(first, { status: 202, data: { state: /queued|running|succeeded/, format: 'triples', name: '../../facts.csv', totalBytes: 52, error: '' } })
  t.equal(first.headers.get('location'), `${PATH}/${first.data.importId}`)
  t.match(await ended(ada, first), { state: 'succeeded', read: 2, created: 2, rejected: 0, bytes: 52, rowsPerSecond: null, secondsLeft: null, startedAt: String, endedAt: String })
  t.equal(await facts(ada), 2)
  t.match(await send(ada, csv('ann,like,tea', 'bob,like,rain')), { status: 200, data: { importId: first.data.importId, state: 'succeeded' } })

  const zipped = gzipSync(csv('ann,like,chess'))
  const kinds: [Body, string, Record<string, string>][] = [
    [zipped, '?name=x.csv.gz', { 'content-type': 'application/gzip' }],
    [gzipSync(csv('ann,like,go')), '', { 'content-encoding': 'gzip' }],
    ['{"subject":"ann","predicate":"like","object":"snow"}\n', '', { 'content-type': 'application/x-ndjson; charset=utf-8' }],
    ['subject\tpredicate\tobject\nann\tlike\tice\n', '', { 'content-type': 'text/tab-separated-values' }],
    [Readable.from([Buffer.from('1 2 3\n')]), '?format=pairs', { 'content-type': 'text/plain' }]
  ]
  for (const [body, query, headers] of kinds) t.match(await ended(ada, await send(ada, body, query, headers)), { state: 'succeeded', rejected: 0 }, JSON.stringify(headers))
  t.equal(await facts(ada), 8)
  for (let tries = 0; waits().length > 0 && tries < 100; tries++) await sleep(20) // the file goes right after the end is told
  t.strictSame(waits(), [], 'nothing waits, no file is left')

  const page = await get(ada, '?limit=4') as unknown as Answer<Import[]>
  const rest = await get(ada, `?limit=4&cursor=${page.meta.cursor}`) as unknown as Answer<Import[]>
  t.strictSame([page.data.length, rest.data.length, rest.meta.cursor], [4, 2, null])
  t.equal(rest.data.at(-1)!.importId, first.data.importId, 'the newest comes first')
  t.same(new Set([...page.data, ...rest.data].map(({ importId }) => importId)).size, 6)
})

t.test('rows that are refused can be seen, downloaded as they were, mended and imported', async (t) => {
  const ada = await someone()
  const import1 = await send(ada, csv('ann,like,tea', 'bob,like,', '=1+1,,"ja, m"', ...Array.from({ length: 5 }, () => ',like,x')))
  t.match(await ended(ada, import1), { state: 'succeeded', read: 8, created: 1, rejected: 7 })
  const id = import1.data.importId
  const page = await get(ada, `/${id}/errors?limit=3`) as unknown as Answer<object[]>
  t.match(page, { status: 200, data: [{ line: 3, code: 'missing_column', message: String, hint: String }, { line: 4 }, { line: 5 }], meta: { limit: 3 } })
  t.equal(page.data.every((row) => 'column' in row), true)
  const rest = await get(ada, `/${id}/errors?limit=100&cursor=${page.meta.cursor}`) as unknown as Answer<object[]>
  t.strictSame([rest.data.length, rest.meta.cursor], [4, null])
  t.match(await get(ada, `/${id}/errors?cursor=3`), { status: 400, error: { code: 'invalid_argument' } })

  const file = await fetch(`${address}${PATH}/${id}/errors?format=file`, { headers: ada.headers })
  t.match(Object.fromEntries(file.headers), { 'content-type': /^text\/csv/, 'content-disposition': `attachment; filename="${id}-rejected.csv"`, 'x-content-type-options': 'nosniff' })
  const text = await file.text()
  t.equal(text, csv('bob,like,', '=1+1,,"ja, m"', ...Array.from({ length: 5 }, () => ',like,x')))
  t.match(await ended(ada, await send(ada, csv('bob,like,rain', '=1+1,like,"ja, m"'))), { state: 'succeeded', created: 2, rejected: 0 })

  const broken = gzipSync(many(2_000))
  t.match(await ended(ada, await send(ada, broken.subarray(0, broken.length / 2), '?name=cut.csv.gz')), { state: 'failed', error: /"cut\.csv\.gz" cannot be read/ })
})

t.test('who listens hears how far it has come, and of its end; nobody else does', async (t) => {
  const [ada, eve] = [await someone(), await someone()]
  const guest = await someone(ada.actor.tenantId)
  const sent = await send(ada, many(12_000))
  const channel = `import:${sent.data.importId}`
  const heard: { name: string, data: Import, number: number }[] = []
  const listen = async (login: Login) => {
    const socket = await app.injectWS('/ws', { headers: { 'sec-websocket-protocol': `teraffi, ${login.headers.authorization.slice(7)}` } })
    t.teardown(() => { socket.terminate() })
    return await new Promise<{ type: string, code?: string }>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString())
        if (message.type === 'event') heard.push(message.event)
        else if (message.type !== 'welcome') resolve(message)
      })
      socket.send(JSON.stringify({ type: 'subscribe', channel, since: 0 }))
    })
  }
  t.match(await listen(ada), { type: 'subscribed' })
  t.match(await listen(eve), { type: 'error', code: 'not_found' })
  t.match(await listen(guest), { type: 'error', code: 'permission_denied' })
  t.match(await ended(ada, sent), { state: 'succeeded', read: 12_000 })
  while (heard.at(-1)?.name !== 'ImportEnded') await sleep(20)
  t.ok(heard.some(({ name, data }) => name === 'ImportProgressed' && data.state === 'running' && data.read > 0 && data.rowsPerSecond! > 0), 'progress')
  t.match(heard.at(-1), { data: { importId: sent.data.importId, state: 'succeeded', read: 12_000 } })
  t.equal(heard.filter(({ name }) => name === 'ImportEnded').length, 1)
})

t.test('an import is canceled, goes on, and is undone; each is in the audit', async (t) => {
  const ada = await someone()
  const file = many(12_000, 'guest')
  const sent = await send(ada, file)
  const id = sent.data.importId
  while ((await get(ada, `/${id}`)).data.read === 0) await sleep(10)
  await act(ada, 'POST', `/${id}/cancel`)
  const stopped = await ended(ada, sent)
  t.match(stopped, { state: 'canceled', error: '' })
  const inside = await facts(ada, 30_000)
  t.ok(inside > 0 && inside < 12_000, `${inside} facts were in`)
  t.match(await act(ada, 'POST', `/${id}/cancel`), { status: 200, data: { state: 'canceled' } })

  const again = await send(ada, file)
  t.match(again, { status: 202, data: { importId: id } })
  t.match(await ended(ada, again), { state: 'succeeded', lines: 12_001 })
  t.equal(await facts(ada, 30_000), 12_000, 'all of it, once')

  t.match(await act(ada, 'DELETE', `/${id}`), { status: 200, data: { importId: id, removed: 12_000, kept: 0 } })
  t.equal(await facts(ada), 0)
  t.match([(await get(ada, `/${id}`)).status, (await act(ada, 'DELETE', `/${id}`)).status], [404, 404])
  const { data: noted } = await engine.deals.audit(ada.actor, { entity: 'import' })
  t.strictSame(noted.map(({ action }) => action), ['undo', 'create', 'cancel', 'create'])
})

t.test('a dry run tells what would become of the rows and of the graph, and keeps nothing', async (t) => {
  const ada = await someone()
  const told = await send(ada, csv('ann,like,tea', 'ann,like,tea', 'bo,like,', 'bo,like,rain'), '?dryRun=true')
  const diff = { nodes: { new: 4 }, facts: { new: 2 }, rejectedBy: { missing_column: 1 } }
  t.match(told, { status: 200, data: { read: 4, created: 2, duplicate: 1, rejected: 1, diff } })
  t.strictSame(waits(), [])
  t.match(await get(ada, ''), { status: 200, data: [] })
})

t.test('what is too large, too slow, too much or no file is refused, and leaves nothing', async (t) => {
  const ada = await someone()
  const piece = Buffer.alloc(100_000, 'a')
  t.match(await send(ada, Readable.from(Array.from({ length: 12 }, () => piece))), { status: 413, error: { code: 'payload_too_large', message: /1048576 bytes/ } })
  t.match(await send(ada, Buffer.alloc(1_048_577, 'a')), { status: 413, error: { code: 'payload_too_large' } })
  t.match(await send(ada, ''), { status: 400, error: { code: 'invalid_argument' } })
  t.match(await send(ada, 'x', '', { 'content-type': 'application/x-www-form-urlencoded' }), { status: 400, error: { message: /text\/csv/ } })
  t.match(await send(ada, 'x', '', { 'content-type': 'application/octet-stream' }), { status: 400, error: { message: /say format=/ } })
  t.match(await send(ada, 'x', '', { 'content-encoding': 'br' }), { status: 400 })
  t.match(await send(ada, 'x', '?mapping=[1'), { status: 400, error: { message: /JSON/ } })
  t.match(await send(ada, 'x', `?mapping=${encodeURIComponent('{"rows":1}')}`), { status: 400, error: { message: /rows is not known/ } })
  t.match(await get(ada, '/..%2f..%2fetc'), { status: 400 })
  t.strictSame(waits(), [])

  const slowly = async function * () {
    for (const line of csv('ann,like,tea').split('\n')) {
      yield Buffer.from(`${line}\n`)
      await sleep(300)
    }
  }
  t.match(await send(ada, Readable.from(slowly())), { status: 202 }, 'a file may take longer than other bodies')
  const late = fetch(`${address}/api/v1/onboarding/preview`, {
    method: 'POST', headers: { ...ada.headers, 'content-type': 'application/json' }, body: Readable.from(slowly()), duplex: 'half'
  } as unknown as RequestInit)
  t.match(await late.then(({ status }) => status, () => 'hung up'), /408|hung up/)

  while (waits().length > 0) await sleep(20)
  const open = Array.from({ length: 10 }, () => {
    const body = new Readable({ read () {} })
    body.push(`a${randomUUID()}`)
    return { body, answer: send(ada, body) }
  })
  while (waits().length < 10) await sleep(20)
  t.match(await send(ada, csv('ann,like,rain')), { status: 429, error: { code: 'resource_exhausted', message: /10 files/ } })
  for (const { body } of open) body.push(null)
  for (const { answer } of open) t.match(await answer, { status: 202 })
})

t.test('a server that is killed in the middle goes on when it starts again', async (t: Test) => {
  const tenantId = `imports-${randomUUID()}`
  const settings = { TERAFFI_PROJECTION: 'off' }
  await engine.learn(tenantId, { facts: [fact('ada HAS_AFFINITY_WITH jazz')] }) // so that the demo world is not loaded
  const server = await startServer(t, tenantId, settings)
  const token = await logIn(server, adminOf(tenantId))
  const before = (await engine.query(tenantId, 'graph/facts', { tenantId, after: 'member:fan', limit: 100_000 })).length
  const sent = await fetch(`${server.address}${PATH}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' }, body: many(15_000, 'zan') })
  const { data: { importId } } = await sent.json() as Answer<Import>
  const state = async () => (await engine.query(tenantId, 'imports/list', { tenantId, only: importId, at: '9999', id: 'i', limit: 1 }))[0]!['found'] as Import
  while ((await state()).read < 5_000) await sleep(10)
  server.child.kill('SIGKILL')
  await server.ended
  const { read, state: left } = await state()
  t.ok(read < 15_000 && left === 'running', `it had read ${read} rows`)

  await startServer(t, tenantId, settings)
  while ((await state()).state !== 'succeeded') await sleep(50)
  t.match(await state(), { lines: 15_001, rejected: 0 })
  const after = (await engine.query(tenantId, 'graph/facts', { tenantId, after: 'member:fan', limit: 100_000 })).length
  t.equal(after - before, 15_000, 'each fact is there, once')
  t.notOk(existsSync(join(shared.dataDir, 'imports', `${importId}.json`)))
})
