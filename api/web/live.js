import { accessToken, refresh } from './api.js'

/** One socket for all that a screen wants to hear; it comes back by itself and resumes after the last number that it heard. */

const RETRY_MAX_MS = 30_000
const hearers = new Map() // channel → { listeners, since }
let socket = null
let tries = 0
let retry = null
let told = () => {}

/** `tell(state)` is told 'live', 'waiting' or 'off'. */
export function start (tell) {
  told = tell
  connect()
}

export function stop () {
  clearTimeout(retry)
  hearers.clear()
  const closing = socket
  socket = null
  closing?.close()
  told('off')
}

/** Hears a channel; returns how to end it. A listener gets the event, or null where some may have been missed: load anew. */
export function hear (channel, listener) {
  const hearer = hearers.get(channel) ?? { listeners: new Set(), since: undefined }
  if (hearer.listeners.size === 0) {
    hearers.set(channel, hearer)
    say({ type: 'subscribe', channel })
  }
  hearer.listeners.add(listener)
  return () => {
    hearer.listeners.delete(listener)
    if (hearer.listeners.size > 0 || hearers.get(channel) !== hearer) return
    hearers.delete(channel)
    say({ type: 'unsubscribe', channel })
  }
}

function say (message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
}

function connect () {
  const token = accessToken()
  if (token === undefined) return
  const opening = socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`, ['teraffi', token])
  opening.onmessage = ({ data }) => { if (opening === socket) heard(JSON.parse(data), token) }
  opening.onclose = () => {
    if (opening !== socket) return
    told('waiting')
    retry = setTimeout(connect, Math.random() * Math.min(RETRY_MAX_MS, 1000 * 2 ** tries++))
  }
}

function heard (message, token) {
  const hearer = hearers.get(message.channel)
  const acts = {
    welcome: () => {
      tries = 0
      told('live')
      for (const [channel, { since }] of hearers) say({ type: 'subscribe', channel, ...since !== undefined && { since } })
    },
    subscribed: () => { if (hearer) hearer.since ??= message.number },
    event: () => {
      if (!hearer) return
      hearer.since = message.event.number
      for (const listener of [...hearer.listeners]) listener(message.event)
    },
    error: () => {
      if (message.code === 'unauthenticated') refresh(token).catch(() => {})
      if (message.code === 'failed_precondition' && hearer) { // what was missed is no longer kept
        hearer.since = undefined
        say({ type: 'subscribe', channel: message.channel })
        for (const listener of [...hearer.listeners]) listener(null)
      }
    }
  }
  acts[message.type]?.()
}
