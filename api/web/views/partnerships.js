import { get } from '../api.js'
import { degraded, h, load, nothing, renew } from '../dom.js'
import { capital, money, words } from '../format.js'
import { hear } from '../live.js'
import { learnNames, nameOf } from '../names.js'
import { deal } from './deal.js'
import { STAGES, mover } from './stages.js'

const PAGE = 100
const HEARD = 40 // partnerships of others that an admin follows live; a socket has room for fifty channels

/** The board by stages, or one partnership. */
export function partnerships (main, { id, me }) {
  let leave = () => {}
  const open = (wanted) => {
    leave()
    main.replaceChildren()
    leave = wanted === undefined ? board(main, me) : deal(main, { id: wanted, me })
    main.querySelector('h1')?.focus()
  }
  open(id)
  return { open, leave: () => leave() }
}

function board (main, me) {
  const place = h('div')
  const channels = new Map()
  const seen = new Map() // id → version, to mark what has just changed
  const follow = (channel) => { if (!channels.has(channel)) channels.set(channel, hear(channel, () => again())) }
  const ask = async () => {
    const answer = await get('/partnerships', { limit: PAGE })
    await learnNames(answer.data.flatMap(({ members }) => members.map(({ memberId }) => memberId)))
    return answer
  }
  const show = ({ data, meta }) => {
    for (const { id } of data.slice(0, HEARD)) follow(`partnership:${id}`)
    const fresh = data.filter(({ id, version }) => seen.size > 0 && seen.get(id) !== version).map(({ id }) => id)
    for (const { id, version } of data) seen.set(id, version)
    return [degraded(meta), data.length === 0
      ? nothing('No partnerships yet', 'Propose one from a match; it begins here, at discovery.', h('a.button.primary', { href: '#/matches' }, 'To the matches'))
      : columns(data, { me, fresh, again })].filter(Boolean)
  }
  const again = () => renew(place, ask, show).catch(() => {})

  main.append(h('h1', { tabindex: -1 }, 'Partnerships'), place)
  load(place, ask, show)
  follow(`member:${me.sub}`)
  return () => { for (const end of channels.values()) end() }
}

const columns = (deals, how) => h('ol.board', STAGES.map((stage) => {
  const here = deals.filter((deal) => deal.stage === stage)
  return h('li.column', { 'data-stage': stage },
    h('h2', capital(words(stage)), ' ', h('span.count', here.length)),
    h('ul', here.map((deal) => card(deal, how))))
}))

function card ({ id, title, members, stage, status, totalValueMinor, currency, moves }, { me, fresh, again }) {
  const others = members.filter(({ memberId }) => memberId !== me.sub).map(({ memberId }) => nameOf(memberId))
  return h(`li.panel.deal${fresh.includes(id) ? '.fresh' : ''}`, { 'data-id': id },
    h('a', { href: `#/partnerships/${encodeURIComponent(id)}` }, title),
    h('p.fine', `with ${others.join(' and ')}`),
    totalValueMinor > 0 && h('p', money(totalValueMinor, currency)),
    status !== 'active' && h('p', h(`span.chip.${status}`, capital(words(status)))),
    h('div.row.moves', moves.map((to) => mover(id, stage, to, again))))
}
