import { claims, signedIn, signOut } from './api.js'
import { h, notice } from './dom.js'
import * as live from './live.js'
import { matches } from './views/matches.js'
import { partnerships } from './views/partnerships.js'
import { questions } from './views/questions.js'
import { signin } from './views/signin.js'
import { trends } from './views/trends.js'
import { you } from './views/you.js'

/** A screen fills `main` and returns how it shows another of its things (`open`) and how it ends (`leave`), where there is something to do. */
const SCREENS = { matches, partnerships, trends, you, questions, signin }
const TABS = { matches: 'Matches', partnerships: 'Partnerships', trends: 'Trends', you: 'You' }
const main = document.getElementById('main')
const bar = document.getElementById('bar')
let shown = { name: null }

const screenOf = (wanted) => !signedIn() ? 'signin' : !Object.hasOwn(SCREENS, wanted) || wanted === 'signin' ? 'matches' : wanted

function decoded (part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a "%" that stands for itself
  }
}

function route () {
  const [, wanted = '', id] = location.hash.split('/').map(decoded)
  const name = screenOf(wanted)
  if (name === shown.name && shown.open !== undefined) return shown.open(id)
  shown.leave?.()
  showBar(name)
  document.title = TABS[name] === undefined ? 'TERAFFI' : `${TABS[name]} · TERAFFI`
  for (const part of [main, document.getElementById('notices')]) part.replaceChildren()
  main.className = name
  shown = { name, ...SCREENS[name](main, { id, me: claims(), enter }) }
  main.querySelector('h1')?.focus()
}

/** After a login: live updates, then what was asked for. */
function enter (hash = location.hash) {
  who = asWhom()
  begin()
  if (location.hash === hash) route()
  else location.hash = hash
}

/** Live updates, whatever screen is shown. */
function begin () {
  const { sub } = claims()
  live.start(showState)
  live.hear(`member:${sub}`, (event) => {
    if (event?.name !== 'PartnershipCreated' || event.data.members[0] === sub) return
    notice('A partnership was proposed to you.', { label: 'See it', act: () => { location.hash = `#/partnerships/${encodeURIComponent(event.data.partnershipId)}` } })
  })
}

/** The page begins anew, so that nothing of one person is left for the next. */
function leave () {
  location.replace(location.pathname)
}

const asWhom = () => JSON.stringify([claims()?.tid, claims()?.sub])
let who = asWhom()

function showBar (current) {
  const signedOut = current === 'signin'
  bar.replaceChildren(
    h('a.mark', { href: '#/matches', 'aria-label': 'TERAFFI, to the matches' }, h('img', { src: '/web/icon.svg', alt: '', width: 24, height: 24 }), 'TERAFFI'),
    ...(signedOut
      ? []
      : [
          h('nav', { 'aria-label': 'Screens' }, Object.entries(TABS).map(([name, label]) =>
            h('a', { href: `#/${name}`, 'aria-current': name === current ? 'page' : null }, label))),
          h('span.live', { id: 'live', role: 'status' }),
          h('button.plain', { type: 'button', onclick: async () => { await signOut(); leave() } }, 'Sign out')
        ])
  )
  showState(state)
}

let state = 'off'
const STATES = { live: 'Live', waiting: 'Reconnecting', off: '' }
function showState (now) {
  state = now
  const lamp = document.getElementById('live')
  if (lamp === null) return
  lamp.dataset.state = now
  lamp.textContent = STATES[now]
}

document.getElementById('skip').addEventListener('click', () => main.focus())
addEventListener('hashchange', route)
addEventListener('signedout', leave)
addEventListener('storage', () => { if (asWhom() !== who) leave() }) // in another tab one signed out, or someone else in
if (signedIn()) begin()
route()
