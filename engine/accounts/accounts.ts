import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Credentials, Registration } from '../../models/accounts.js'
import type { Actor, Grant, Role, Tier } from '../../models/actor.js'
import type { Emit } from '../../models/events.js'
import type { Cache } from '../cache.js'
import { EngineError } from '../errors.js'
import { canonicalKey, canonicalName, entityRef } from '../extraction/canonical.js'
import type { Graph, Run } from '../graph/graph.js'
import { shortHash } from '../graph/schema.js'
import { note, type Noted } from './audit.js'
import { writeProfile } from './profile.js'
import { passwords } from './passwords.js'

export interface AccountRow {
  id: string
  email: string
  tenantId: string
  memberId: string
  name: string
  passwordHash: string
  roles: Role[]
  permissions: string[]
  tier: Tier
  createdAt: string
  updatedAt: string
}

/** What a login comes to: who acts, and the token that buys the next login. The door signs the access token. */
export interface Session { actor: Actor, account: AccountRow, refreshToken: string }

export interface Settings { tenantId: string, refreshTokenTtlS: number }
export interface Parts { graph: Graph, cache: Cache, emit: Emit, settings: Settings }

const LIVE_TTL_S = 1 // how long another process may still take an ended login for a running one
const TRIES = { max: 10, windowS: 300 } // wrong passwords for one address
const WRONG = 'Wrong email or password.'
const EXPIRED = 'This login has ended; log in again.'

export function openAccounts ({ graph, cache, emit, settings }: Parts) {
  const queue = passwords()
  const now = () => new Date()

  /** A new account with its member; the first of a tenant is its admin. */
  async function register ({ email: given, password, name, type, industry, organization }: Registration, joins = settings.tenantId): Promise<Session> {
    const email = addressOf(given)
    const passwordHash = await queue.hash(password)
    const tenantId = organization === undefined ? joins : `${slug(organization)}-${randomBytes(4).toString('hex')}`
    const at = now().toISOString()

    const account = await graph.write(async (run) => {
      const [joined] = await run<{ accounts: number }>('accounts/join-organization', { tenantId, name: organization ?? tenantId, now: at })
      const account: AccountRow = {
        id: randomUUID(),
        email,
        tenantId,
        memberId: await freeMemberId(run, tenantId, name),
        name: canonicalName(name) || name,
        passwordHash,
        roles: [joined!.accounts === 1 ? 'admin' : 'basic_member'],
        permissions: [],
        tier: 'free',
        createdAt: at,
        updatedAt: at
      }
      const [made] = await run<{ created: boolean }>('accounts/create', { email, account: { ...account } })
      if (!made!.created) throw new EngineError('failed_precondition', `There is an account for ${email} already; log in, or register another address.`)
      if (joined!.accounts === 1) await note(run, account, founding(tenantId, organization ?? tenantId), at)
      return account
    })

    const businessInfo = { type: type ?? 'creator' as const, ...industry === undefined ? {} : { industry } }
    await writeProfile(graph, tenantId, account.memberId, { basicInfo: { name: account.name }, businessInfo }, { now: at })
    await emit(tenantId, { name: 'MemberRegistered', data: { memberId: account.memberId, profile: { name: account.name, ...businessInfo } } }, [`member:${account.memberId}`])
    return open(account, randomUUID())
  }

  async function login ({ email: given, password }: Credentials): Promise<Session> {
    const email = addressOf(given)
    const tries = `login_failures:${shortHash(email)}`
    // Counted before the answer is known, so that of many that come at once none slips by; the right password takes the count back.
    if (await cache.incrWithTtl(tries, TRIES.windowS) > TRIES.max) {
      throw new EngineError('resource_exhausted', 'Too many wrong passwords for this address; try again in five minutes.')
    }
    const account = await byEmail(email)
    if (!await queue.verify(account?.passwordHash ?? null, password)) throw new EngineError('unauthenticated', WRONG)
    await cache.del(tries)
    return open(account!, randomUUID())
  }

  /** A new pair for a refresh token. One that was spent before is a stolen one: whoever holds its family is logged out. */
  async function refresh (refreshToken: string): Promise<Session> {
    const at = now().toISOString()
    const [spent] = await graph.write((run) =>
      run<{ uses: number, family: string, accountId: string, expiresAt: string, revoked: boolean }>('accounts/spend', { id: digest(refreshToken) }))
    if (spent !== undefined && spent.uses > 1) await endFamily(spent.family)
    if (spent === undefined || spent.uses > 1 || spent.revoked || spent.expiresAt <= at) throw new EngineError('unauthenticated', EXPIRED)
    const [found] = await graph.read<{ account: AccountRow }>('accounts/by-id', { id: spent.accountId })
    if (found === undefined) throw new EngineError('unauthenticated', EXPIRED)
    return open(found.account, spent.family)
  }

  async function open (account: AccountRow, family: string): Promise<Session> {
    const [refreshToken, jti, at] = [randomBytes(32).toString('base64url'), randomUUID(), now()]
    const expiresAt = new Date(at.getTime() + 1000 * settings.refreshTokenTtlS).toISOString()
    const token = { id: digest(refreshToken), jti, family, expiresAt }
    await graph.write((run) => run('accounts/open-session', { accountId: account.id, now: at.toISOString(), token }))
    const grants = await graph.read<Grant>('accounts/grants', { tenantId: account.tenantId, memberId: account.memberId })
    return { actor: actorOf(account, grants, jti), account, refreshToken }
  }

  async function endFamily (family: string): Promise<void> {
    const ended = await graph.write((run) => run<{ jti: string }>('accounts/revoke-family', { family, now: now().toISOString() }))
    await cache.del(...ended.map(({ jti }) => liveKey(jti)))
  }

  /** Ends the login that an access token came from, on every process. */
  async function logout (actor: Actor): Promise<void> {
    const [session] = await graph.read<{ family: string }>('accounts/family', { jti: actor.tokenId })
    if (session !== undefined) await endFamily(session.family)
  }

  /** Who acts by a verified token, with the roles of now. The graph decides; the cache only spares asking within a second. */
  async function actorOfToken (jti: string): Promise<Actor> {
    const held = await cache.get<Actor>(liveKey(jti))
    if (held?.tokenId === jti) return held
    const [session] = await graph.read<{ account: AccountRow, grants: Grant[] }>('accounts/session', { jti })
    if (session === undefined) throw new EngineError('unauthenticated', EXPIRED)
    const actor = actorOf(session.account, session.grants, jti)
    await cache.set(liveKey(jti), actor, LIVE_TTL_S)
    return actor
  }

  async function byEmail (email: string): Promise<AccountRow | null> {
    return (await graph.read<{ account: AccountRow }>('accounts/by-email', { email }))[0]?.account ?? null
  }

  /** What an operator gives or takes: roles, permissions beyond them, the tier. It holds within a second, for tokens that are out too. */
  async function grant (email: string, changes: Partial<Pick<AccountRow, 'roles' | 'permissions' | 'tier'>>): Promise<void> {
    const at = now().toISOString()
    await graph.write(async (run) => {
      const [row] = await run<{ before: AccountRow }>('accounts/change', { email: addressOf(email), changes: { ...changes, updatedAt: at } })
      if (row === undefined) throw new EngineError('not_found', `There is no account for ${email}.`)
      const { memberId, tenantId } = row.before
      const before = Object.fromEntries(Object.keys(changes).map((name) => [name, row.before[name as keyof AccountRow]]))
      await note(run, { tenantId, memberId: '' }, { entity: 'account', entityId: memberId, action: 'grant', before, after: changes }, at)
    })
  }

  /** An admin of the tenant with this password, whatever was there: the login that `npm start` prints. */
  async function ensureAdmin ({ email: given, password, name }: Credentials & { name: string }, tenantId: string): Promise<AccountRow> {
    const email = addressOf(given)
    const held = await byEmail(email) ?? await register({ email, password, name, type: 'person' }, tenantId).then(({ account }) => account, async (error) => {
      const quicker = await byEmail(email) // another process that started with us
      if (quicker === null) throw error
      return quicker
    })
    if (!await queue.verify(held.passwordHash, password)) await setPassword(held, password)
    if (!held.roles.includes('admin')) await grant(email, { roles: ['admin'] })
    return held
  }

  /** A new password ends every login of the account. */
  async function setPassword ({ id, email }: AccountRow, password: string): Promise<void> {
    const passwordHash = await queue.hash(password)
    const ended = await graph.write(async (run) => {
      await run('accounts/change', { email, changes: { passwordHash, updatedAt: now().toISOString() } })
      return run<{ jti: string }>('accounts/revoke-account', { accountId: id, now: now().toISOString() })
    })
    await cache.del(...ended.map(({ jti }) => liveKey(jti)))
  }

  return { register, login, refresh, logout, actorOfToken, grant, ensureAdmin }
}

export const liveKey = (jti: string) => `session:${jti}`
const digest = (token: string) => createHash('sha256').update(token).digest('hex')
const addressOf = (email: string) => email.normalize('NFKC').trim().toLowerCase()
const slug = (name: string) => canonicalKey(name, 'Brand').normalize('NFKD').replace(/[^a-z0-9-]/g, '').slice(0, 40).replace(/^-+|-+$/g, '') || 'organization'

const actorOf = ({ memberId, tenantId, email, roles, permissions, tier }: AccountRow, grants: Grant[], tokenId: string): Actor =>
  ({ memberId, tenantId, email, roles, permissions, tier, tokenId, grants })

const founding = (tenantId: string, name: string): Noted =>
  ({ entity: 'organization', entityId: tenantId, action: 'create', before: null, after: { name, subscription_tier: 'free' } })

/** `member:ada-lind`, or with four hexadecimal digits more where another one has it. */
async function freeMemberId (run: Run, tenantId: string, name: string): Promise<string> {
  const { id } = entityRef(name, 'Member')
  const ids = [id, ...Array.from({ length: 8 }, () => `${id}-${randomBytes(2).toString('hex')}`)]
  const taken = new Set((await run<{ id: string }>('accounts/taken-members', { tenantId, ids })).map((row) => row.id))
  return ids.find((candidate) => !taken.has(candidate)) ?? `${id}-${randomUUID()}`
}
