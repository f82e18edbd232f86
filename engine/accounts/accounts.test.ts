import { randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { buildApp } from '../../api/app.js'
import { loggedIn, PASSWORD, type Login } from '../../test/login.js'
import { testEngine } from '../../test/world.js'
import { createEngine } from '../engine.js'
import { openStores } from '../stores.js'
import { ALL, can, operatorOf, seekerOf } from './can.js'
import { passwords } from './passwords.js'
import { jwtSecret } from './secret.js'

const engine = await testEngine(t)
const app = await buildApp(engine)
t.teardown(() => app.close())
const { accounts } = engine
const API = '/api/v1'
const ask = (method: string, url: string, { headers }: Partial<Login> = {}, payload?: object) =>
  app.inject({ method: method as 'GET', url: API + url, headers, remoteAddress: `2001:db8::${randomUUID().slice(0, 4)}:1`, ...payload && { payload } })
const codes = async (...asked: ReturnType<typeof ask>[]) => (await Promise.all(asked)).map(({ statusCode }) => statusCode)

t.test('A-01, A-02: register, login, refresh, logout', async (t) => {
  const email = `Mia.${randomUUID()}@Example.org`
  const registered = await ask('POST', '/auth/register', {}, { email, password: PASSWORD, name: 'Mia Tran', organization: 'Loma & Söhne' })
  const { member, tokens } = registered.json().data
  t.match(member, { email: email.toLowerCase(), roles: ['admin'], memberId: 'member:mia-tran', tenantId: /^loma-sohne-[0-9a-f]{8}$/ })
  t.notMatch(registered.body, /argon2|passwordHash/)

  const claims = JSON.parse(Buffer.from(tokens.accessToken.split('.')[1], 'base64url').toString())
  t.match(claims, { sub: 'member:mia-tran', email: email.toLowerCase(), roles: ['admin'], permissions: [], subscription_tier: 'free', tid: member.tenantId, iss: 'teraffi', aud: 'teraffi-api' })
  t.equal(claims.exp - claims.iat, 3600)
  t.match(claims.jti, /^[0-9a-f-]{36}$/)

  t.match((await ask('POST', '/auth/register', {}, { email, password: PASSWORD, name: 'Other' })).json().error, { code: 'failed_precondition' })
  const login = (await ask('POST', '/auth/login', {}, { email: email.toUpperCase(), password: PASSWORD })).json().data
  const bearer = ({ accessToken }: { accessToken: string }): Login => ({ headers: { authorization: `Bearer ${accessToken}` } }) as Login
  t.same(await codes(ask('GET', '/users/me', bearer(tokens)), ask('GET', '/users/me', bearer(login)), ask('GET', '/users/me')), [200, 200, 401])

  const next = (await ask('POST', '/auth/refresh', {}, { refreshToken: login.refreshToken })).json().data
  t.not(next.refreshToken, login.refreshToken)
  t.same(await codes(ask('POST', '/auth/logout', bearer(next))), [200])
  t.same(await codes(ask('GET', '/users/me', bearer(next)), ask('GET', '/users/me', bearer(login)), ask('POST', '/auth/refresh', {}, { refreshToken: next.refreshToken })),
    [401, 401, 401], 'the whole family of this login has ended')
  t.same(await codes(ask('GET', '/users/me', bearer(tokens))), [200], 'another login goes on')
})

t.test('a refresh token that comes twice ends all that came from it', async (t) => {
  for (let round = 0; round < 5; round++) { // whoever of them is quicker
    const { refreshToken } = await loggedIn(app, engine)
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => accounts.refresh(refreshToken)))
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'of those that come at once one is first')
    const winner = outcomes.find((one) => one.status === 'fulfilled')!.value
    await t.rejects(accounts.refresh(winner.refreshToken), { code: 'unauthenticated' }, 'and the thief and the robbed both log in again')
    await t.rejects(accounts.actorOfToken(winner.actor.tokenId), { code: 'unauthenticated' })
  }
})

t.test('F17: tokens that are forged, foreign or old are refused', async (t) => {
  const { actor, headers } = await loggedIn(app, engine)
  const claims = { sub: actor.memberId, email: '', roles: ['admin'], permissions: [], subscription_tier: 'free', jti: actor.tokenId, tid: actor.tenantId }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [head, body, signature] = headers.authorization.split(' ')[1]!.split('.') as [string, string, string]
  const real = JSON.parse(Buffer.from(body, 'base64url').toString())
  const forged = [
    `${part({ alg: 'none', typ: 'JWT' })}.${body}.`,
    `${part({ alg: 'HS512', typ: 'JWT' })}.${body}.${signature}`,
    `${head}.${part({ ...real, sub: 'member:someone-else' })}.${signature}`,
    app.jwt.sign(claims, { aud: 'elsewhere' } as object),
    app.jwt.sign(claims, { iss: 'elsewhere' } as object),
    app.jwt.sign(claims, { algorithm: 'HS512' }),
    app.jwt.sign({ ...claims, jti: randomUUID() }),
    app.jwt.sign({ ...claims, tid: 'another' }),
    app.jwt.sign({ ...claims, sub: 'member:someone-else' }),
    app.jwt.sign({ ...claims, iat: 1, exp: 2 } as object as typeof claims),
    'x', ''
  ]
  for (const token of forged) {
    const answer = await ask('GET', '/users/me', { headers: { authorization: `Bearer ${token}` } })
    t.match([answer.statusCode, answer.json().error?.code], [401, 'unauthenticated'], token.slice(0, 60))
  }
  t.same(await codes(ask('GET', '/users/me', { headers })), [200])
})

t.test('roles and tiers are those of now, not those of the token', async (t) => {
  const admin = await loggedIn(app, engine)
  const bo = await loggedIn(app, engine, { tenantId: admin.actor.tenantId, name: 'Bo' })
  const as = (memberId: string) => ask('POST', '/affinity/discover', bo, { memberId })
  t.same(await codes(as(bo.actor.memberId), as(admin.actor.memberId), as('member:nobody')), [200, 403, 403], 'whether there is such a member is not told')
  await accounts.grant(bo.email, { permissions: ['affinity:read'] })
  const until = Date.now() + 5_000
  while ((await as(admin.actor.memberId)).statusCode === 403 && Date.now() < until) await sleep(100) // not faster than the limits allow
  t.same(await codes(as(admin.actor.memberId), as('member:nobody')), [200, 404], 'an agency that was let in')
})

t.test('processes that start together make one admin', async (t) => {
  const [email, tenantId] = [`${randomUUID()}@example.org`, `test-${randomUUID()}`]
  const made = await Promise.all([1, 2, 3].map(() => accounts.ensureAdmin({ email, password: PASSWORD, name: 'Demo Admin' }, tenantId)))
  t.equal(new Set(made.map(({ id }) => id)).size, 1)
  t.match(await accounts.login({ email, password: PASSWORD }), { actor: { tenantId, roles: ['admin'] } })
})

t.test('two of one name are two members', async (t) => {
  const one = await loggedIn(app, engine, { name: 'Ada Lind' })
  const two = await loggedIn(app, engine, { name: 'Ada Lind', tenantId: one.actor.tenantId })
  t.equal(one.actor.memberId, 'member:ada-lind')
  t.match(two.actor.memberId, /^member:ada-lind-[0-9a-f]{4}$/)
  t.same(one.actor.roles, ['admin'])
  t.same(two.actor.roles, ['basic_member'])
  const told = await ask('POST', '/onboarding', two, { name: 'Ada Lind', answers: ['I play jazz.', 'I look for drummers.'] })
  t.equal(told.json().data.memberId, two.actor.memberId)
  t.notOk((await ask('GET', '/users/me', one)).json().data.basicInfo.about, 'the other one said nothing')
})

t.test('F18: an unknown address takes as long as a wrong password, and says the same; too many tries are refused', async (t) => {
  const { email } = await loggedIn(app, engine)
  const tries = async (address: string) => {
    const started = performance.now()
    const error = await accounts.login({ email: address, password: 'wrong' }).catch((error: Error) => error)
    return { ms: performance.now() - started, message: (error as Error).message }
  }
  await tries('warm@example.org')
  // The quickest of three each: a machine that is busy with something else makes single ones slow.
  const quickest = async (address: string) => [await tries(address), await tries(address), await tries(address)].sort((a, b) => a.ms - b.ms)[0]!
  const [known, unknown] = [await quickest(email), await quickest(`${randomUUID()}@example.org`)]
  t.equal(known.message, unknown.message)
  t.ok(unknown.ms > known.ms / 4, `${unknown.ms} ms against ${known.ms} ms`)
  for (let i = 0; i < 10; i++) await tries(email)
  await t.rejects(accounts.login({ email, password: PASSWORD }), { code: 'resource_exhausted' })

  const other = await loggedIn(app, engine)
  const atOnce = await Promise.all(Array.from({ length: 30 }, () => tries(other.email)))
  t.equal(atOnce.filter(({ message }) => message === known.message).length, 10, 'those that come all at once are counted one by one')
})

t.test('passwords are argon2id, hashed in a queue that has an end', async (t) => {
  const { hash, verify } = passwords({ atOnce: 1, waitingMax: 2 })
  const stored = await hash(PASSWORD)
  t.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  t.same([await verify(stored, PASSWORD), await verify(stored, 'no'), await verify(null, 'nobody has this password')], [true, false, false])
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => hash('x')))
  t.equal(outcomes.filter(({ status }) => status === 'rejected').length, 2, 'one runs, two wait, two are refused')
  t.match(outcomes.find((one) => one.status === 'rejected')?.reason, { code: 'resource_exhausted' })
  t.ok(await hash('x'), 'and then it goes on')
})

t.test('the secret is random, kept to its owner, and the same for all who share it', async (t) => {
  const dataDir = t.testdir()
  const both = await Promise.all([jwtSecret({ dataDir, jwtSecretFile: null }), jwtSecret({ dataDir, jwtSecretFile: null })])
  t.match(both[0], /^[0-9a-f]{64}$/)
  t.equal(both[0], both[1])
  t.equal((await stat(`${dataDir}/secrets/jwt`)).mode & 0o777, 0o600)
  t.equal(await readFile(`${dataDir}/secrets/jwt`, 'utf8'), both[0])
  await t.rejects(jwtSecret({ dataDir, jwtSecretFile: `${t.testdir({ short: 'x' })}/short` }), { message: /too short/ })
})

t.test('B-03: who may do what', async (t) => {
  const member = { ...operatorOf('a'), memberId: 'member:me', roles: ['basic_member' as const] }
  const cases: [boolean, Parameters<typeof can>][] = [
    [true, [member, 'affinity:read', { memberId: 'member:me' }]],
    [true, [member, 'affinity:read']],
    [false, [member, 'affinity:read', { memberId: 'member:you' }]],
    [true, [member, 'member:read', { memberId: 'member:you' }]],
    [false, [member, 'member:read', { tenantId: 'b' }]],
    [false, [member, 'member:update', { memberId: 'member:you' }]],
    [true, [member, 'partnership:update', { parties: ['member:you', 'member:me'] }]],
    [false, [member, 'partnership:update', { parties: ['member:you'] }]],
    [true, [member, 'money:create', { parties: ['member:me'] }]],
    [false, [member, 'import:create']],
    [true, [{ ...member, permissions: ['import:*'] }, 'import:create']],
    [false, [{ ...member, roles: ['guest'] }, 'member:update']],
    [false, [{ ...member, permissions: ['audit:read@own', 'audit:read@party'] }, 'audit:read', ALL]],
    [false, [{ ...member, roles: ['guest'], permissions: ['partnership:read@own'] }, 'partnership:read', { parties: ['member:you'] }]],
    [false, [{ ...member, roles: ['guest'], permissions: ['analytics:read@party'] }, 'analytics:read', { memberId: 'member:you' }]],
    [true, [operatorOf('a'), 'import:create']],
    [false, [operatorOf('a'), 'import:create', { tenantId: 'b' }]]
  ]
  for (const [expected, question] of cases) t.equal(can(...question), expected, JSON.stringify(question.slice(1)))
  t.equal(seekerOf(member), 'member:me')
  t.throws(() => seekerOf(member, 'member:you'), { code: 'permission_denied' })
  t.equal(seekerOf(operatorOf('a')), undefined)
})

t.test('B-06 E-27 limits by tier, with the time to wait', async (t) => {
  const strict = await buildApp({ ...engine, config: { ...engine.config, rateLimits: { guest: 2, member: 3, enterprise: 5 } } })
  t.teardown(() => strict.close())
  const { headers, email, actor } = await loggedIn(app, engine)
  const other = await loggedIn(app, engine, { tenantId: actor.tenantId })
  const from = (remoteAddress: string, more = {}) => strict.inject({ url: `${API}/users/me`, remoteAddress, headers: more })
  const statuses = async (count: number, ...args: Parameters<typeof from>) => {
    const all = []
    for (let i = 0; i < count; i++) all.push((await from(...args)).statusCode)
    return all
  }
  await untilMinuteIsYoung()
  t.same(await statuses(3, '2001:db8:1:2::1'), [401, 401, 429])
  t.same(await statuses(1, '2001:db8:1:2:ffff::9'), [429], 'one /64 is one guest')
  t.same(await statuses(1, '2001:db8:1:3::1'), [401])
  t.same(await statuses(6, '192.0.2.9', headers), [200, 200, 200, 200, 200, 429])
  t.same(await statuses(1, '192.0.2.10', headers), [429], 'a member is the same from anywhere')
  t.same(await statuses(1, '192.0.2.9', other.headers), [200], 'and another one is another')
  const refused = await from('192.0.2.9', headers)
  t.match(refused.json().error, { code: 'resource_exhausted' })
  t.ok(Number(refused.headers['retry-after']) > 0 && Number(refused.headers['retry-after']) <= 60)
  t.equal((await strict.inject({ url: '/health' })).statusCode, 200)

  const limit = async (tier?: 'free' | 'premium' | 'enterprise') => {
    if (tier !== undefined) await accounts.grant(email, { tier })
    const asker = tier === undefined ? {} : { headers: (await fresh(email)) }
    return (await app.inject({ url: `${API}/users/me`, remoteAddress: '192.0.2.77', ...asker })).headers['x-ratelimit-limit']
  }
  t.same([await limit(), await limit('free'), await limit('premium'), await limit('enterprise')], ['30', '100', '100', '1000'], 'unless the settings say otherwise')
})

t.test('B-06 a route may have a limit of its own, counted apart', async (t) => {
  const { headers } = await loggedIn(app, engine)
  const statuses = async (url: string, count: number) => {
    const all = []
    for (let i = 0; i < count; i++) all.push((await app.inject({ url: API + url, headers })).statusCode)
    return all
  }
  await untilMinuteIsYoung()
  t.same(await statuses('/users/me', 3), [200, 200, 200])
  t.same(await statuses('/members/export', 11), [...Array<number>(10).fill(200), 429])
  t.same(await statuses('/users/me', 1), [200], 'all else goes on')
})

t.test('a route without a permission does not start', async (t) => {
  const bare = await buildApp(engine)
  bare.get('/bare', async () => 'x')
  await t.rejects(async () => await bare.ready(), { message: /GET \/bare declares no permission/ })
  await bare.close()
})

t.test('E-25 /health tells that the process lives, /ready whether the stores answer, /metrics what a machine watches', async (t) => {
  t.match((await app.inject({ url: '/health' })).json(), { data: { live: true } })
  const ready = await app.inject({ url: '/ready' })
  t.match([ready.statusCode, ready.json().data], [200, { ready: true, stores: { neo4j: { ok: true }, postgres: { ok: true }, cache: { ok: true } } }])
  const { body, headers } = await app.inject({ url: '/metrics' })
  t.match(headers['content-type'], /text\/plain/)
  t.match(body, /http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/users\/me",status="200"\} \d+/)
  t.match(body, /store_up\{store="neo4j"\} 1/)
  t.match(body, /event_loop_delay_seconds\{quantile="0.99"\} \d/)
  t.match(body, /event_loop_delay_seconds\{quantile="1"\} \d/)
})

t.test('E-25 a store that goes away is named by /ready and /metrics; the process lives on', async (t) => {
  const { neo4j, databaseUrl } = await openStores(engine.config)
  const door = await doorTo(t, new URL(databaseUrl))
  const half = await createEngine({ ...engine.config, neo4j, databaseUrl: door.url })
  const served = await buildApp(half)
  t.teardown(async () => { await served.close(); await half.close() })
  t.equal((await served.inject({ url: '/ready' })).statusCode, 200)

  door.shut()
  const ready = await served.inject({ url: '/ready' })
  t.equal(ready.statusCode, 503)
  t.match(ready.json().error, { code: 'unavailable', message: 'Not ready: postgres.', details: [{ path: 'stores.postgres' }] })
  t.match((await served.inject({ url: '/metrics' })).body, /store_up\{store="postgres"\} 0/)
  t.match((await served.inject({ url: '/health' })).json(), { data: { live: true } })
})

/** A way to a store that can be shut. */
async function doorTo (t: Test, url: URL): Promise<{ url: string, shut: () => void }> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(url.port), url.hostname)
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const through = new URL(url)
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const shut = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  t.teardown(shut)
  return { url: through.href, shut }
}

/** A login of now, which no cache knows yet. */
async function fresh (email: string) {
  return { authorization: `Bearer ${app.signAccess((await accounts.login({ email, password: PASSWORD })).actor)}` }
}

/** The windows go by the clock: a test that begins at its end would see two. */
async function untilMinuteIsYoung () {
  while (Date.now() % 60_000 > 55_000) await new Promise((resolve) => { setTimeout(resolve, 500) })
}
