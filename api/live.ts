import websocket, { type WebSocket } from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Type, type Static } from 'typebox'
import type { Engine } from '../engine/engine.js'
import { EngineError } from '../engine/errors.js'
import type { Actor } from '../models/actor.js'
import type { NumberedEvent } from '../models/events.js'
import { mayHear } from './channels.js'
import { failed } from './problem.js'
import { check } from './validate.js'

export interface LiveOptions { engine: Engine, authMs?: number, pingMs?: number }
type Authenticate = (token: string) => Promise<Actor>

const BOUNDS = {
  message: 64 * 1024, // bytes of one message from a client
  unread: 1024 * 1024, // bytes that a client lags behind before it is let go
  waiting: 1000, // events of one channel that wait to be sent
  channels: 50, // of one socket
  messages: 200 // of one socket in one stretch between pings
} as const
const [GOING_AWAY, REFUSED, LAGGING] = [1001, 1008, 1013]
const PROTOCOL = 'teraffi'

/** What a client may say. */
const Message = Type.Object({
  type: Type.Unsafe<'auth' | 'subscribe' | 'unsubscribe'>(Type.String({ enum: ['auth', 'subscribe', 'unsubscribe'] })),
  token: Type.Optional(Type.String({ maxLength: 10_000 })),
  channel: Type.Optional(Type.String({ maxLength: 400 })),
  since: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
}, { additionalProperties: false })
type Message = Static<typeof Message>

/**
 * Live events at /ws. A client says who it is (`{type: 'auth', token}` within five seconds, or the protocols `teraffi` and the token),
 * then which channels it wants, from which number on. Also the WebSocket server that GraphQL shares.
 */
export const live = fp<LiveOptions>(async (app, { engine, authMs = 5_000, pingMs = 30_000 }) => {
  await app.register(websocket, {
    options: {
      maxPayload: BOUNDS.message,
      // The token is never among the answers, so it is not the protocol that is agreed on.
      handleProtocols: (offered: Set<string>) => [PROTOCOL, 'graphql-transport-ws', 'graphql-ws'].find((one) => offered.has(one)) ?? false
    },
    preClose: (done) => {
      for (const socket of app.websocketServer.clients) socket.close(GOING_AWAY, 'the server goes away; come back and resume')
      const patience = setTimeout(() => { for (const socket of app.websocketServer.clients) socket.terminate() }, 2_000).unref()
      app.websocketServer.close(() => {
        clearTimeout(patience)
        done()
      })
    }
  })
  beat(app, pingMs)

  app.get('/ws', { websocket: true, config: { permission: 'public' } }, (socket, request) => {
    const log = (error: unknown) => { request.log.error({ error: String(error) }, 'a live message failed by our mistake') }
    attend(socket, { engine, authenticate: app.authenticate, authMs, pingMs, log })
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((one) => one.trim()) ?? []
    const token = offered[0] === PROTOCOL ? offered[1] : undefined
    if (token !== undefined) socket.emit('message', Buffer.from(JSON.stringify({ type: 'auth', token })))
  })
})

/** Who does not answer a ping before the next one has left. */
function beat ({ websocketServer }: FastifyInstance, pingMs: number): void {
  const alive = new WeakSet<WebSocket>()
  websocketServer.on('connection', (socket: WebSocket) => {
    alive.add(socket)
    socket.on('pong', () => { alive.add(socket) })
  })
  const timer = setInterval(() => {
    for (const socket of websocketServer.clients) {
      if (!alive.delete(socket)) socket.terminate()
      else socket.ping()
    }
  }, pingMs).unref()
  websocketServer.once('close', () => { clearInterval(timer) })
}

interface Attending { engine: Engine, authenticate: Authenticate, authMs: number, pingMs: number, log: (error: unknown) => void }

/** One socket, from its first word to its last. Messages are answered one after another. */
function attend (socket: WebSocket, { engine, authenticate, authMs, pingMs, log }: Attending): void {
  let token: string | null = null
  let who: Actor | null = null
  let messages = 0
  let turn = Promise.resolve()
  const channels = new Map<string, () => Promise<void>>()

  const send = (message: object) => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > BOUNDS.unread) return socket.close(LAGGING, 'lagging; come back and resume from the last number')
    socket.send(JSON.stringify(message))
  }
  const refuse = (error: unknown, channel?: string) => {
    const { code, message } = failed(error)
    if (code === 'internal') log(error)
    send({ type: 'error', code, message, ...channel === undefined ? {} : { channel } })
    if (code === 'unauthenticated') socket.close(REFUSED, 'not authenticated')
  }
  const end = async (channel: string) => {
    const stop = channels.get(channel)
    channels.delete(channel)
    await stop?.()
  }

  /** Asks again who it is before each event: a token runs out, a right is withdrawn. */
  const passer = (channel: string, opened: Promise<void>) => {
    let [waiting, line] = [0, opened]
    return (event: NumberedEvent) => {
      if (++waiting > BOUNDS.waiting) return socket.close(LAGGING, 'lagging; come back and resume from the last number')
      line = line.then(async () => {
        if (!channels.has(channel)) return
        try {
          await mayHear(engine, await authenticate(token!), channel)
          send({ type: 'event', channel, event: shown(event) })
        } catch (error) {
          refuse(error, channel)
          await end(channel)
        }
      }).finally(() => { waiting-- })
    }
  }

  const acts: Record<Message['type'], (message: Message) => Promise<void>> = {
    auth: async (message) => {
      const actor = await authenticate(message.token ?? '')
      if (who !== null && (who.memberId !== actor.memberId || who.tenantId !== actor.tenantId)) {
        throw new EngineError('permission_denied', 'This socket is someone else\'s; a new token must be of the same account.')
      }
      [who, token] = [actor, message.token ?? '']
      clearTimeout(impatience)
      send({ type: 'welcome', memberId: actor.memberId, number: await engine.events.last(actor.tenantId) })
    },
    subscribe: async ({ channel = '', since }) => {
      const actor = await authenticate(token ?? '')
      await mayHear(engine, actor, channel)
      if (channels.size >= BOUNDS.channels && !channels.has(channel)) {
        throw new EngineError('resource_exhausted', `A socket may hear ${BOUNDS.channels} channels; unsubscribe from some, or open another.`)
      }
      await end(channel)
      channels.set(channel, async () => {})
      const number = since ?? await engine.events.last(actor.tenantId)
      let open = () => {}
      const opened = new Promise<void>((resolve) => { open = resolve })
      const stop = await engine.events.subscribe(actor.tenantId, channel, passer(channel, opened), number).catch((error) => {
        channels.delete(channel)
        throw error
      })
      channels.set(channel, stop)
      send({ type: 'subscribed', channel, number })
      open() // what was missed follows the word that it will
    },
    unsubscribe: async ({ channel = '' }) => {
      await end(channel)
      send({ type: 'unsubscribed', channel })
    }
  }

  const answer = async (text: string) => {
    let message: Message | undefined
    try {
      message = check(Message, parsed(text), 'The message')
      if (token === null && message.type !== 'auth') throw new EngineError('unauthenticated', 'Say who you are first: {"type": "auth", "token": "…"}.')
      await acts[message.type](message)
    } catch (error) {
      refuse(error, message?.channel)
    }
  }

  const impatience = setTimeout(() => { refuse(new EngineError('unauthenticated', 'Nobody said who this is in time.')) }, authMs)
  const counting = setInterval(() => { messages = 0 }, pingMs).unref()
  socket.on('message', (data: Buffer) => {
    if (++messages > BOUNDS.messages) return socket.close(REFUSED, 'too many messages')
    turn = turn.then(() => answer(data.toString()))
  })
  socket.on('error', () => { socket.terminate() })
  socket.on('close', () => {
    clearTimeout(impatience)
    clearInterval(counting)
    turn = turn.then(async () => { for (const channel of [...channels.keys()]) await end(channel) }).catch(log)
  })
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new EngineError('invalid_argument', 'The message is not JSON.')
  }
}

/** An event as clients see it: not who else may hear it. */
const shown = ({ name, number, at, data }: NumberedEvent) => ({ name, number, at, data })
