import { get, post } from '../api.js'
import { acting, choice, degraded, h, load, nothing, notice, renew } from '../dom.js'
import { score } from '../format.js'
import { hear } from '../live.js'
import { nameOf, remember } from '../names.js'
import { match, say, strip } from './match.js'

const PAGE = 20
const SETTLE_MS = 500

/** Who fits, with the reasons: the list at the left, the one that is open at the right. */
export function matches (main, { id, me }) {
  const asked = { kind: '', query: '' }
  let listed = []
  const seeker = { id: me.sub, name: nameOf(me.sub) }
  const list = h('div.list')
  const detail = h('section.detail', { 'aria-label': 'The match' })

  const ask = () => asked.query === ''
    ? get('/affinity/recommendations', { limit: PAGE, kind: asked.kind, evidence: true })
    : post('/affinity/discover', { query: asked.query, limit: PAGE, explain: 'full', ...asked.kind && { kinds: [asked.kind] } })
  const show = (answer) => {
    listed = answer.data
    return shown(answer, asked, { id: openId, changed, more })
  }
  const again = () => load(list, ask, show)
  const more = async (cursor, place) => {
    const answer = await get('/affinity/recommendations', { limit: PAGE, kind: asked.kind, evidence: true, cursor })
    listed = [...listed, ...answer.data]
    place.replaceWith(...items(answer, listed, { id: openId, changed, more }))
  }

  /** After a word of the asker the list is another one at once; who was rejected is no more open. */
  const changed = async (type) => {
    if (type === 'reject' && openId !== undefined) location.hash = '#/matches'
    await renew(list, ask, show)
    if (type !== 'reject' && openId !== undefined) await renew(detail, find, tell)
  }
  let later
  const followed = (event) => { // one's own asking is told as well, often before the answer is here
    if (event?.name === 'CulturalTrendDetected') return notice(`${event.data.trend.name} is ${event.data.trend.status}, and it concerns you.`)
    clearTimeout(later)
    later = setTimeout(() => { if (event === null || !sameOrder(event.data.matches, listed)) changed().catch(() => {}) }, SETTLE_MS)
  }

  const find = async () => {
    const held = asked.query === '' ? undefined : listed.find(({ id }) => id === openId) // found by words: the reasons are those of the words
    const [affinity, profile] = await Promise.all([
      held ?? get('/affinity/explain', { target: openId }).then(({ data }) => data),
      openId.startsWith('member:') ? get(`/members/${encodeURIComponent(openId)}`).then(({ data }) => data, () => null) : null
    ])
    return { affinity, profile }
  }
  const tell = ({ affinity, profile }) => {
    remember(affinity.id, affinity.name)
    return match(seeker, affinity, profile, { changed })
  }

  let openId = id
  const open = (wanted) => {
    openId = wanted
    main.classList.toggle('opened', wanted !== undefined)
    for (const link of list.querySelectorAll('a[data-id]')) link.ariaCurrent = link.dataset.id === wanted ? 'true' : null
    if (wanted === undefined) return detail.replaceChildren(h('p.fine.hint', 'Open a match to see the path to it.'))
    load(detail, find, tell).then(() => detail.querySelector('h2')?.focus())
  }

  main.append(
    h('div.side',
      h('h1', { tabindex: -1 }, 'Your matches'),
      h('form.search', {
        role: 'search',
        onsubmit: (event) => {
          event.preventDefault()
          asked.query = new FormData(event.target).get('query').trim()
          again()
        }
      },
      h('input', { type: 'search', name: 'query', maxlength: 4000, 'aria-label': 'Describe who you look for', placeholder: 'Describe who you look for …' }),
      h('button', { type: 'submit' }, 'Find')),
      choice('Whom', 'kind', [['', 'Everyone'], ['member', 'People'], ['brand', 'Brands']], '', (kind) => {
        asked.kind = kind
        again()
      }),
      list),
    detail)
  const begun = again()
  begun.then(() => { if (list.isConnected) open(openId) })
  get('/members/profile').then(({ data }) => {
    remember(data.id, data.name)
    seeker.name = data.name
  }, () => {})

  const endings = [
    hear(`affinity:${me.sub}`, followed),
    hear(`member:${me.sub}`, (event) => { if (event === null || event.name.startsWith('Partnership')) changed().catch(() => {}) })
  ]
  return { open, leave: () => { for (const end of endings) end() } }
}

const sameOrder = (matches, listed) => matches.every(({ id, score }, i) => listed[i] === undefined || (listed[i].id === id && listed[i].score === score))

function shown (answer, { query, kind }, how) {
  const { data, meta } = answer
  if (data.length > 0) return [degraded(meta), h('ol.matches', items(answer, data, how))].filter(Boolean)
  return [degraded(meta), meta.fallback?.startsWith('nothing is known') && query === ''
    ? nothing('Nothing is known of you yet', 'Answer two questions, and the first matches are here in seconds.', h('a.button.primary', { href: '#/questions' }, 'Answer two questions'))
    : nothing('Nobody fits', query === '' && kind === '' ? 'Say more of yourself, or of whom you look for.' : 'Try other words, or look among everyone.', h('a.button', { href: '#/questions' }, 'Change my answers'))
  ].filter(Boolean)
}

function items ({ data, meta }, listed, how) {
  const most = Math.max(...listed.map(({ components }) => Object.values(components).reduce((sum, value) => sum + Math.abs(value), 0)))
  const more = meta.cursor && h('li.more')
  if (more) more.append(acting('button', {}, 'More', () => how.more(meta.cursor, more)))
  return [...data.map((affinity) => item(affinity, most, how)), more].filter(Boolean)
}

function item (affinity, most, { id, changed }) {
  const { rank, name, kind, reasons, components } = affinity
  remember(affinity.id, name)
  return h('li',
    h('a', { href: `#/matches/${encodeURIComponent(affinity.id)}`, 'data-id': affinity.id, 'aria-current': affinity.id === id ? 'true' : null },
      h('span.rank', rank),
      h('span.who', h('b', name), h('span.fine', kind)),
      h('span.value', score(affinity.score)),
      strip(components, most),
      h('span.why', reasons[0]?.text ?? '')),
    acting('button.plain.away', { 'aria-label': `${name} is not for me`, title: 'Not for me' }, '✕', () => say(affinity, 'reject', changed)))
}
