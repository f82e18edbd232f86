import { get } from '../api.js'
import { choice, degraded, h, load, nothing, s } from '../dom.js'
import { capital } from '../format.js'
import { hear } from '../live.js'

const STATUSES = { emerging: '✦', rising: '↗', peaking: '⌃', steady: '→', fading: '↘' }

/** What is rising and what fades, and whom it concerns. */
export function trends (main) {
  const place = h('div')
  let status = ''
  const again = () => load(place, () => get('/affinity/cultural-trends', { status, limit: 50 }), ({ data, meta }) => [
    degraded(meta),
    data.length === 0
      ? nothing('No trends here', status === '' ? 'Nothing dated has been said of any trend yet; posts and imports bring them.' : `None of the trends is ${status} just now.`)
      : h('ul.cards', data.map(card))
  ].filter(Boolean))
  main.append(
    h('h1', { tabindex: -1 }, 'Trends'),
    h('p.lead', 'How often each is spoken of, month by month, against its own nine months before.'),
    choice('Which trends', 'status', [['', 'All'], ...Object.keys(STATUSES).map((name) => [name, capital(name)])], '', (value) => {
      status = value
      again()
    }),
    place)
  again()
  return { leave: hear('trends', again) }
}

function card ({ name, category, momentum_score: momentum, status, timeline, relevantMembers }) {
  return h('li.panel.trend',
    h('div.row.apart', h('h2', name), h(`span.chip.${status}`, `${STATUSES[status]} ${capital(status)}`)),
    category && h('p.fine', capital(category)),
    line(timeline),
    h('p.row.apart.fine', h('span', timeline.length === 0 ? 'Not dated' : `${timeline[0].month} to ${timeline.at(-1).month}`), h('span', `Momentum ${momentum.toFixed(2)}`)),
    relevantMembers.length > 0 && h('p', 'Goes with ', relevantMembers.slice(0, 4).flatMap(({ id, name }, i) => [i > 0 && ', ', h('a', { href: `#/matches/${encodeURIComponent(id)}` }, name)])))
}

const [WIDTH, HEIGHT, MARGIN] = [240, 48, 4]

/** Twelve months as a line; the last one is marked. */
function line (timeline) {
  const most = Math.max(1, ...timeline.map(({ evidence }) => evidence))
  const points = timeline.map(({ evidence }, i) => [
    MARGIN + i * (WIDTH - 2 * MARGIN) / Math.max(1, timeline.length - 1),
    HEIGHT - MARGIN - evidence / most * (HEIGHT - 2 * MARGIN)
  ])
  const [x, y] = points.at(-1) ?? [MARGIN, HEIGHT - MARGIN]
  const path = points.map((point) => point.map((part) => part.toFixed(1)).join(' ')).join(' L ')
  return s('svg.spark', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `Evidence by month: ${timeline.map(({ month, evidence }) => `${month} ${evidence}`).join(', ')}` },
    path && s('path.area', { d: `M ${MARGIN} ${HEIGHT - MARGIN} L ${path} L ${x.toFixed(1)} ${HEIGHT - MARGIN} Z` }),
    path && s('path.line', { d: `M ${path}` }),
    s('circle', { cx: x, cy: y, r: 3 }))
}
