import type { Emit } from '../../models/events.js'
import type { CulturalTrend, TrendsRequest, TrendStatus } from '../../models/trend.js'
import type { Graph } from '../graph/graph.js'
import { momentum, MONTHS, monthsUpTo, statusOf } from './momentum.js'

type Line = Omit<CulturalTrend, 'relevantMembers'>
const MEMBERS = 10
/** Members whom one event tells of a trend that concerns them. */
const TOLD = 100
/** Changes of the last digits are rounding, not news. */
const ROUNDING = 1e-9

/** The trends of a tenant, the strongest first, each with its time line and whom it concerns. */
export async function culturalTrends (
  graph: Graph, tenantId: string, { category, status, limit = 20 }: TrendsRequest, { viewerId = '', now }: { viewerId?: string, now: string }
): Promise<CulturalTrend[]> {
  const { lines } = await timelines(graph, tenantId)
  const chosen = lines
    .filter((line) => (category === undefined || line.category?.toLowerCase() === category.toLowerCase()) && (status === undefined || line.status === status))
    .sort((a, b) => b.momentum_score - a.momentum_score || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
  const members = await membersOf(graph, tenantId, chosen.map(({ id }) => id), { viewerId, now, count: MEMBERS })
  return chosen.map((line) => ({ ...line, relevantMembers: members.get(line.id) ?? [] }))
}

/** Works out every trend of a tenant anew, stores what has changed on the nodes, and tells of those that begin to rise. */
export async function detectTrends (graph: Graph, tenantId: string, { emit, now }: { emit: Emit, now: string }): Promise<number> {
  const { lines, before } = await timelines(graph, tenantId)
  const changed = lines.filter((line) => {
    const stored = before.get(line.id)
    return stored?.status !== line.status || Math.abs((stored.momentum ?? -1) - line.momentum_score) > ROUNDING
  })
  if (changed.length === 0) return 0

  await graph.write(async (run) => {
    await run('graph/lock', { tenantId }) // momentum is part of scores: answers from before go by another name
    await run('trends/set-momentum', { tenantId, trends: changed.map((line) => ({ id: line.id, momentum: line.momentum_score, status: line.status })) })
  })
  const detected = changed.filter(({ id, status }) => (status === 'emerging' || status === 'rising') && before.get(id)?.status !== status)
  const members = await membersOf(graph, tenantId, detected.map(({ id }) => id), { viewerId: '', now, count: TOLD })
  for (const { timeline, category, ...trend } of detected) {
    const relevantMembers = (members.get(trend.id) ?? []).map(({ id }) => id)
    await emit(tenantId, { name: 'CulturalTrendDetected', data: { trend, relevantMembers } }, ['trends', ...relevantMembers.map((id) => `affinity:${id}`)])
  }
  return changed.length
}

interface StoredTrend { id: string, name: string, category: string | null, momentum: number | null, status: TrendStatus | null }

/** What is said of each trend in the twelve months up to the latest in which anything was said of any. */
async function timelines (graph: Graph, tenantId: string): Promise<{ lines: Line[], before: Map<string, StoredTrend> }> {
  const [trends, rows] = await Promise.all([
    graph.read<StoredTrend>('trends/list', { tenantId }),
    graph.read<{ id: string, month: string, evidence: number }>('trends/timeline', { tenantId })
  ])
  const last = rows.reduce((latest, { month }) => month > latest ? month : latest, '')
  const months = last === '' ? [] : monthsUpTo(last, MONTHS)
  const said = new Map(rows.map(({ id, month, evidence }) => [`${month} ${id}`, evidence]))
  const lines = trends.map(({ id, name, category }): Line => {
    const timeline = months.map((month) => ({ month, evidence: said.get(`${month} ${id}`) ?? 0 }))
    const counts = timeline.map(({ evidence }) => evidence)
    return { id, name, category, momentum_score: momentum(counts), status: statusOf(counts), timeline }
  })
  return { lines, before: new Map(trends.map((trend) => [trend.id, trend])) }
}

async function membersOf (graph: Graph, tenantId: string, ids: string[], seen: { viewerId: string, now: string, count: number }) {
  const rows = ids.length === 0
    ? []
    : await graph.read<{ id: string, members: CulturalTrend['relevantMembers'] }>('trends/members', { tenantId, ids, ...seen })
  return new Map(rows.map(({ id, members }) => [id, members]))
}

export interface Interest { id: string, name: string, entities: number }
export interface Market { industry: string | null, members: number, brands: number, topics: Interest[], trends: CulturalTrend[] }

/** What moves an industry, or all of them: who is there, what they care about, which trends they go with. */
export async function market (graph: Graph, tenantId: string, industry: string | null, { viewerId = '', now }: { viewerId?: string, now: string }): Promise<Market> {
  const asked = { tenantId, industry: industry ?? '' }
  const of = (label: string) => graph.read<Interest>('trends/market', { ...asked, label, viewerId, now, limit: 20 })
  const [[there], topics, shared, all] = await Promise.all([
    graph.read<{ members: number, brands: number }>('trends/industry', asked),
    of('Topic'),
    of('Trend'),
    culturalTrends(graph, tenantId, { limit: 100 }, { viewerId, now })
  ])
  const theirs = new Set(shared.map(({ id }) => id))
  return { industry, ...there!, topics, trends: all.filter(({ id }) => theirs.has(id)) }
}
