import { accessToken, refresh } from './api.js'

/** One socket for all that a screen wants to hear; it comes back by itself and resumes after the last number that it heard. */

const RETRY_MAX_MS = 30_000
const hearers = new Map() // by channel: who listens, the last number heard, whether something may have been missed
let latest // the last number known, of any channel: all of a tenant are numbered together
let socket = null
let tries = 0
let told = () => {}

/** `tell(state)` is told 'live', 'waiting' or 'off'. */
export function start (tell) {
  told = tell
  connect()
}

/** Hears a channel; returns how to end it. A listener gets the event, or null where some may have been missed: load anew. */
export function hear (channel, listener) {
  const hearer = hearers.get(channel) ?? { listeners: new Set(), since: latest, missed: false }
  if (hearer.listeners.size === 0) {
    hearers.set(channel, hearer)
    ask(channel, hearer)
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

/** From the last number on that was known when the listener came, so that nothing falls between loading and hearing. */
const ask = (channel, { since }) => say({ type: 'subscribe', channel, ...since !== undefined && { since } })

function tell ({ listeners }, event) {
  for (const listener of [...listeners]) listener(event)
}

function connect () {
  const token = accessToken()
  if (token === undefined) return
  const opening = socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`, ['teraffi', token])
  opening.onmessage = ({ data }) => { if (opening === socket) heard(JSON.parse(data), token) }
  opening.onclose = () => {
    if (opening !== socket) return
    told('waiting')
    setTimeout(connect, Math.random() * Math.min(RETRY_MAX_MS, 1000 * 2 ** tries++))
  }
}

function heard (message, token) {
  const hearer = hearers.get(message.channel)
  const number = message.number ?? message.event?.number
  if (number !== undefined) latest = Math.max(latest ?? 0, number)
  const acts = {
    welcome: () => {
      tries = 0
      told('live')
      for (const [channel, hearer] of hearers) {
        hearer.missed = hearer.since === undefined
        ask(channel, hearer)
      }
    },
    subscribed: () => {
      if (!hearer) return
      hearer.since ??= message.number
      if (hearer.missed) tell(hearer, null)
      hearer.missed = false
    },
    event: () => {
      if (!hearer) return
      hearer.since = message.event.number
      tell(hearer, message.event)
    },
    error: () => {
      if (message.code === 'unauthenticated') refresh(token).catch(() => {})
      if (message.code === 'failed_precondition' && hearer) { // what was missed is no longer kept
        Object.assign(hearer, { since: undefined, missed: true })
        ask(message.channel, hearer)
      }
    }
  }
  acts[message.type]?.()
}
