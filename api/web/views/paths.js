import { h, s } from '../dom.js'
import { percent } from '../format.js'
import { nameOf } from '../names.js'
import { layered } from './layers.js'

const SHOWN = 8
const [ROW, TOP, SIDE] = [64, 56, 28]
const WIDE = 560 // from this width on there is room for words on the lines
const NAME_MAX = 26

/**
 * The paths of the reasons as a graph from left (who asks) to right (the match). A line stands for the facts between two nodes; chosen, it
 * shows their sentences. Returns the element and how to light up one reason.
 */
export function paths (from, to, reasons) {
  const ways = reasons.map(wayOf(from.id)).filter((way) => way !== null).slice(0, SHOWN)
  if (ways.length === 0) return { element: h('p.fine', 'No path through the graph: this rests on texts that read alike.'), light: () => {} }

  const place = h('div.graph')
  const evidence = h('div', { 'aria-live': 'polite' }, h('p.fine', 'Choose a line to read the sentence behind it.'))
  const names = new Map([[from.id, from.name], [to.id, to.name]])
  let drawn = []
  const choose = (line) => {
    for (const one of drawn) one.element.classList.toggle('chosen', one === line)
    evidence.replaceChildren(...line.facts.map((fact) => h('figure.evidence', told(fact))))
  }
  let width = 0
  new ResizeObserver(() => {
    if (!place.isConnected || place.clientWidth === width) return
    width = place.clientWidth
    drawn = draw(place, width, ways, names, choose)
  }).observe(place)
  return {
    element: h('div', place, evidence),
    light: (reason) => { for (const { element, of } of drawn) element.classList.toggle('on', of.has(reason)) }
  }
}

/** A reason as steps from node to node; where the seeker's own words are the first step, that one has no fact. */
const wayOf = (seekerId) => (reason) => {
  if (reason.path.length === 0) return null
  const known = new Map(reason.facts.map((fact) => [fact.id, fact]))
  const ids = reason.path.filter((_, i) => i % 2 === 0)
  const facts = reason.path.filter((_, i) => i % 2 === 1).map((id) => known.get(id))
  return ids[0] === seekerId ? { reason, ids, facts } : { reason, ids: [seekerId, ...ids], facts: [undefined, ...facts] }
}

function draw (place, width, ways, names, choose) {
  const { columns, lines } = layered(ways.map(({ ids }) => ids))
  const rows = Math.max(...columns.map(({ length }) => length))
  const narrow = width < WIDE
  const at = new Map(columns.flatMap((column, layer) => column.map((id, row) => [id, {
    x: SIDE + layer / (columns.length - 1) * (width - 2 * SIDE),
    y: TOP + (row + (rows - column.length) / 2 + (narrow && layer % 2 === 1 && layer < columns.length - 1 ? 0.5 : 0)) * ROW
  }])))
  const height = TOP + (rows + (narrow ? 0.5 : 0)) * ROW - 12
  const drawn = linesOf(ways, lines).map((line) => edge(line, line.places.map((id) => at.get(id)), !narrow, choose))
  const ends = [ways[0].ids[0], ways[0].ids.at(-1)]
  const between = columns.flat().filter((id) => !id.startsWith('by ') && !ends.includes(id))
  place.replaceChildren(s('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'group', 'aria-label': `Paths from ${names.get(ends[0])} to ${names.get(ends[1])}` },
    s('defs', s('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse', orient: 'auto-start-reverse' }, s('path', { d: 'M0 0 8 4 0 8Z' }))),
    drawn.map(({ element }) => element),
    between.map((id) => node(at.get(id), nameOf(id))),
    ends.map((id, i) => end(at.get(id), names.get(id), i === 0 ? ['start', 12] : ['end', width - 12]))))
  return drawn
}

/** The facts between the same two nodes are one line, whichever reasons they carry. */
function linesOf (ways, places) {
  const lines = new Map()
  for (const { ids, facts, reason } of ways) {
    facts.forEach((fact, i) => {
      const key = `${ids[i]}\t${ids[i + 1]}`
      const line = lines.get(key) ?? { from: ids[i], places: places.get(key), facts: [], of: new Set() }
      if (fact !== undefined && !line.facts.some(({ id }) => id === fact.id)) line.facts.push(fact)
      line.of.add(reason)
      lines.set(key, line)
    })
  }
  return [...lines.values()]
}

const [REACH, CUT] = [22, 12] // pixels: how near a pointer must come, and where a line ends before a node

function edge ({ from, facts, of }, points, labelled, choose) {
  const d = curve(points)
  const { x, y } = points.length > 2 ? points[1] : { x: (points[0].x + points[1].x) / 2, y: (points[0].y + points[1].y) / 2 }
  const said = facts.length === 0 ? [...of].some(({ term }) => term === 'feedback') ? 'you accepted' : 'you ask for' : [...new Set(facts.map(({ says }) => says))].join(', ')
  const words = labelled && s('text.relation', { x, y: y + 4, 'text-anchor': 'middle' }, said)
  if (facts.length === 0) return { element: s('g.edge.asked', s('path.line', { d }), words), of, facts }
  const line = { of, facts }
  line.element = s('g.edge', {
    role: 'button',
    tabindex: 0,
    'aria-label': `${facts.map(clause).join('; ')}: show the sentence`,
    'data-polarity': facts.some(({ polarity }) => polarity === '-') ? '-' : '+',
    onclick: () => choose(line),
    onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      choose(line)
    }
  },
  s('path.reach', { d, 'stroke-width': REACH }),
  s('path.line', {
    d,
    'marker-end': facts.some(({ subject }) => subject === from) ? 'url(#arrow)' : null,
    'marker-start': facts.some(({ object }) => object === from) ? 'url(#arrow)' : null
  }), words)
  return line
}

/** Through all points, level at each; it begins and ends a little before the nodes. */
function curve (points) {
  const [first, ...rest] = points.map(({ x, y }, i) => ({ x: x + (i === 0 ? CUT : i === points.length - 1 ? -CUT : 0), y }))
  let [path, before] = [`M${first.x} ${first.y}`, first]
  for (const point of rest) {
    const middle = (before.x + point.x) / 2
    path += ` C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`
    before = point
  }
  return path
}

const cut = (name) => name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name
const node = ({ x, y }, name) => s('g.node', s('title', name), s('circle', { cx: x, cy: y, r: 7 }), s('text', { x, y: y + 22, 'text-anchor': 'middle' }, cut(name)))
const end = ({ x, y }, name, [anchor, side]) => s('g.node.end', s('title', name), s('circle', { cx: x, cy: y, r: 10 }), s('text', { x: side, y: 22, 'text-anchor': anchor }, cut(name)))

const clause = ({ subject, says, object }) => `${nameOf(subject)} ${says} ${nameOf(object)}`

/** A fact down to its sentence and where that stands. */
export const told = (fact) => [
  h('figcaption', h('b', clause(fact)), h('span.fine', ` ${percent(fact.confidence)} sure`)),
  fact.sentence === '' ? h('p.fine', 'It was given as a fact, without a sentence.') : h('blockquote', fact.sentence),
  h('p.fine', sourceOf(fact.source))
]

const SOURCES = { basicInfo: 'From the profile of ', businessInfo: 'From the business of ', goals: 'From the wishes of ', preferences: 'From the preferences of ', answers: 'From the answers of ' }

/** Where a sentence stands, as a person says it; what is of no known kind, as it is. */
function sourceOf (source) {
  const [id, group] = source.split('/')
  if (source.startsWith('partnership:')) return 'From the partnership itself'
  return Object.hasOwn(SOURCES, group ?? '') ? [SOURCES[group], h('span', { title: source }, nameOf(id))] : ['From ', h('code', source)]
}
