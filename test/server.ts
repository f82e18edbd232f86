import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import type { Account, Credentials, Tokens } from '../models/accounts.js'
import { PASSWORD } from './login.js'
import { testConfig } from './world.js'

/** A server in a process of its own, as `npm start` starts it. */
export interface Server {
  address: string
  child: ChildProcess
  /** Each line that it has logged so far. */
  log: LogLine[]
  /** Exit code and signal. */
  ended: Promise<[number | null, NodeJS.Signals | null]>
}
export interface LogLine { level: string, message: string, traceId: string | null, context: { method?: string, route?: string, statusCode?: number } }

/**
 * Starts one for a tenant, on the stores that the test run keeps up or that the settings name. It loads the demo world where the tenant is empty.
 * `early`: ready as soon as it serves what was kept.
 */
export async function startServer (t: Test, tenantId: string, settings: Record<string, string> = {}, { early = false } = {}): Promise<Server> {
  const env = { ...testConfig(), NODE_OPTIONS: '', PORT: '0', TERAFFI_TENANT: tenantId, TERAFFI_RATE_LIMITS: '1000000,1000000,1000000', ...settings }
  const child = spawn(process.execPath, ['bin/teraffi.mjs', 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit') as Server['ended']
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => { said += String(text) })
  const log: LogLine[] = []
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) log.push(JSON.parse(line))
      const found = (early ? /^Matches are served at (http:\/\/[^,]+),/ : /answers at (http:\/\/\S+)\/api\/v1/).exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => { reject(new Error(`teraffi start did not serve: ${said}`)) })
  })
  return { address, child, log, ended }
}

type Asked = Pick<Server, 'address'>
export interface Answer<Data = Record<string, any>> {
  status: number
  data: Data
  meta: Record<string, any>
  error: { code: string, message: string, details: { path: string }[] }
  headers: Headers
}

/** Asks a server as the holder of a token. */
export async function ask<Data = Record<string, any>> (
  { address }: Asked, method: string, path: string,
  { token, body, headers = {} }: { token?: string, body?: object, headers?: Record<string, string> } = {}
): Promise<Answer<Data>> {
  const answer = await fetch(`${address}${path}`, {
    method,
    headers: { ...token && { authorization: `Bearer ${token}` }, ...body && { 'content-type': 'application/json' }, ...headers },
    ...body && { body: JSON.stringify(body) }
  })
  return { status: answer.status, headers: answer.headers, ...await answer.json() as Omit<Answer<Data>, 'status' | 'headers'> }
}

/** The admin that `npm start` makes, by the file that it names. */
export const adminOf = (tenantId: string): Credentials =>
  JSON.parse(readFileSync(join(testConfig().TERAFFI_DATA_DIR, 'secrets', `login-${tenantId}.json`), 'utf8'))

/** Returns an access token. */
export async function logIn (server: Asked, { email, password }: Credentials): Promise<string> {
  return (await ask<Tokens>(server, 'POST', '/api/v1/auth/login', { body: { email, password } })).data.accessToken
}

/** A new account of the server's tenant. */
export async function register (server: Asked, name = 'Ada Lind'): Promise<Account & Tokens & Credentials> {
  const credentials = { email: `${randomUUID()}@example.org`, password: PASSWORD }
  const { data: { member, tokens } } = await ask<{ member: Account, tokens: Tokens }>(server, 'POST', '/api/v1/auth/register', { body: { ...credentials, name } })
  return { ...member, ...tokens, ...credentials }
}
