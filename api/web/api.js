/** Requests, and who makes them. Tokens are kept for all tabs of this browser; only one of them refreshes at a time. */

const KEY = 'teraffi.session'
const held = () => JSON.parse(localStorage.getItem(KEY) ?? 'null')
const hold = (tokens) => localStorage.setItem(KEY, JSON.stringify(tokens))

/** What an answer other than a good one says. */
class Refused extends Error {
  constructor ({ code, message, details = [] }, { status = 0, requestId } = {}) {
    super(message)
    Object.assign(this, { code, details, status, requestId })
  }
}

export const signedIn = () => held() !== null
export const accessToken = () => held()?.accessToken

/** Who the token is of: `{ sub, tid, email, roles, … }`. */
export function claims () {
  const part = held()?.accessToken.split('.')[1]
  if (part === undefined) return null
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0))
  return JSON.parse(new TextDecoder().decode(bytes)) // names are of all scripts
}

export async function signIn (credentials) { hold((await send('POST', '/auth/login', { body: credentials })).data) }
export async function register (account) { hold((await send('POST', '/auth/register', { body: account })).data.tokens) }

export async function signOut () {
  await call('POST', '/auth/logout').catch(() => {}) // wherever the server is, this browser forgets
  forget()
}

export function forget () { localStorage.removeItem(KEY) }

/** The answer `{ data, meta }` of a route under /api/v1. A token that has run out is refreshed once; without a way back, one is signed out. */
async function call (method, path, { body, headers } = {}) {
  const token = accessToken()
  try {
    return await send(method, path, { body, headers, token })
  } catch (error) {
    if (error.status !== 401 || token === undefined) throw error
    await refresh(token)
    return await send(method, path, { body, headers, token: accessToken() })
  }
}

export const get = (path, query = {}) => call('GET', path + search(query))
export const post = (path, body, headers) => call('POST', path, { body, headers })
export const put = (path, body) => call('PUT', path, { body })
export const patch = (path, body) => call('PATCH', path, { body })
export const remove = (path) => call('DELETE', path)

/** A refresh token buys one pair; whoever comes second finds the pair that the first one bought. */
export const refresh = (stale) => navigator.locks.request(KEY, async () => {
  const { accessToken, refreshToken } = held() ?? {}
  if (accessToken !== stale) return
  try {
    hold((await send('POST', '/auth/refresh', { body: { refreshToken } })).data)
  } catch (error) {
    if (error.status === 401) {
      forget()
      dispatchEvent(new Event('signedout'))
    }
    throw error
  }
})

async function send (method, path, { body, headers = {}, token }) {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      ...body !== undefined && { 'content-type': 'application/json' },
      ...token !== undefined && { authorization: `Bearer ${token}` },
      ...headers
    },
    ...body !== undefined && { body: JSON.stringify(body) }
  }).catch(() => { throw new Refused({ code: 'unreachable', message: 'The server does not answer. Is it running?' }) })
  const answer = await response.json().catch(() => ({ error: { code: 'internal', message: `The server answered ${response.status} in words we do not know.` } }))
  if (!response.ok) throw new Refused(answer.error, { status: response.status, requestId: answer.meta?.requestId })
  return answer
}

function search (query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}
