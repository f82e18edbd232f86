import { accessToken, refresh } from './api.js'

/** One socket for all that a screen wants to hear; it comes back by itself and resumes after the last number that it heard. */

const RETRY_MAX_MS = 30_000
const hearers = new Map() // by channel: who listens, the last number heard, whether it was asked for, whether something may have been missed
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
  const hearer = hearers.get(channel) ?? { listeners: new Set(), since: undefined, asked: false, missed: false }
  if (hearer.listeners.size === 0) {
    hearers.set(channel, hearer)
    if (open()) ask(channel, hearer)
  }
  hearer.listeners.add(listener)
  return () => {
    hearer.listeners.delete(listener)
    if (hearer.listeners.size > 0 || hearers.get(channel) !== hearer) return
    hearers.delete(channel)
    say({ type: 'unsubscribe', channel })
  }
}

const open = () => socket?.readyState === WebSocket.OPEN
const say = (message) => { if (open()) socket.send(JSON.stringify(message)) }

/** From the last number on; where there is none though it was asked before, what came in between is loaded anew. */
function ask (channel, hearer) {
  hearer.missed = hearer.asked && hearer.since === undefined
  hearer.asked = true
  say({ type: 'subscribe', channel, ...hearer.since !== undefined && { since: hearer.since } })
}

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
  const acts = {
    welcome: () => {
      tries = 0
      told('live')
      for (const [channel, hearer] of hearers) ask(channel, hearer)
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
        hearer.since = undefined
        ask(message.channel, hearer)
      }
    }
  }
  acts[message.type]?.()
}
