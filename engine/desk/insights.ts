import type { Actor } from '../../models/actor.js'
import type { Figure, Insight } from '../../models/deals.js'
import type { Deals } from '../deals/db.js'
import { dealFigures, type Period } from '../deals/figures.js'
import { periodOf, type AnalyticsRequest } from './analytics.js'

/** So many times as much as before is worth a word. */
const GROWTH = 1.2
/** Figures of which more is good news; that more were declined is none. */
const GOOD = new Set(['partnerships active', 'partnerships completed', 'open_value', 'received', 'commission'])
const DAY_MS = 24 * 3600 * 1000

/** What has grown since the period before, of the same length, with both numbers and how many things each is made of. */
export async function insights (deals: Deals, actor: Actor, request: AnalyticsRequest): Promise<Insight[]> {
  const period = periodOf(actor, request)
  const before = periodBefore(period)
  const [figures, past] = await Promise.all([dealFigures(deals, actor.tenantId, period), dealFigures(deals, actor.tenantId, before)])
  const held = new Map(past.map((figure) => [keyOf(figure), figure]))
  return figures.flatMap((figure) => {
    const { value: previous = 0, n: previousSampleSize = 0 } = held.get(keyOf(figure)) ?? {}
    const { name, value, unit, of, counts, n = 0 } = figure
    const good = GOOD.has(of === null ? name : `${name} ${of}`)
    if (!good || value <= 0 || value <= previous * GROWTH) return []
    const text = `${counts}: ${value} from ${period.from} to ${period.to}, ${previous} from ${before.from} to ${before.to}`
    return [{ kind: 'positive' as const, name, unit, of, value, previous, sampleSize: n, previousSampleSize, text }]
  })
}

const keyOf = ({ name, of, unit }: Figure) => [name, of, unit].join('\t')

function periodBefore ({ from, to, party }: Period): Period {
  const [begin, end] = [Date.parse(from), Date.parse(to)]
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  return { from: day(begin - (end - begin) - DAY_MS), to: day(begin - DAY_MS), party }
}
