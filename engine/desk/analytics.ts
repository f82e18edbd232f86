import type { Actor } from '../../models/actor.js'
import type { Analysis, Figure } from '../../models/deals.js'
import { ALL, can, demand } from '../accounts/can.js'
import type { Deals } from '../deals/db.js'
import { dealFigures, performanceFigures, pipelineFigures, type Period } from '../deals/figures.js'
import { waiting } from '../deals/outbox.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'
import { gather } from './gather.js'

/** Days; where none are given, the last thirty. `memberId`: of the deals that this member takes part in. */
export interface AnalyticsRequest { from?: string, to?: string, now?: string, memberId?: string }

const DAYS = 30
const DAY_MS = 24 * 3600 * 1000

/** Figures from both stores, each with where it comes from. A store that is down is named; its figures are left out. */
export async function analytics (
  deals: Deals, graph: Graph, actor: Actor, name: Analysis, request: AnalyticsRequest
): Promise<{ data: Figure[], meta: { from: string, to: string, degraded: string[] } }> {
  const period = periodOf(actor, request)
  const { found, degraded } = await gather(SOURCES[name].map((figures) => figures(deals, graph, actor.tenantId, period)))
  return { data: found, meta: { from: period.from, to: period.to, degraded } }
}

/** What someone may count: who may read only their own, reads their own. */
export function periodOf (actor: Actor, request: AnalyticsRequest): Period {
  const { memberId = actor.memberId } = request
  demand(actor, 'analytics:read', { memberId })
  const all = request.memberId === undefined && can(actor, 'analytics:read', ALL)
  return { ...daysOf(request), party: all ? null : memberId }
}

function daysOf ({ now = new Date().toISOString(), to = now.slice(0, 10), from }: AnalyticsRequest): { from: string, to: string } {
  const end = Date.parse(to)
  if (Number.isNaN(end) || (from !== undefined && Number.isNaN(Date.parse(from)))) throw new EngineError('invalid_argument', 'from and to must be days that exist, as 2026-11-30.')
  const begin = from ?? new Date(end - DAYS * DAY_MS).toISOString().slice(0, 10)
  if (begin > to) throw new EngineError('invalid_argument', `The period ends on ${to}, before it begins on ${begin}.`)
  return { from: begin, to }
}

type Figures = (deals: Deals, graph: Graph, tenantId: string, period: Period) => Promise<Figure[]>

const figure = (name: string, value: number, of: string | null, source: Figure['source'], counts: string, drill: string): Figure =>
  ({ name, value, unit: 'count', of, source, counts, drill })

const census: Figures = async (_, graph, tenantId) =>
  (await graph.read<{ label: string, nodes: number }>('graph/census', { tenantId }))
    .map(({ label, nodes }) => figure('entities', nodes, label, 'neo4j', `nodes of the kind ${label}`, 'query graph/census'))

const industries: Figures = async (_, graph, tenantId, { to }) =>
  (await graph.read<{ industry: string, current: number, past: number }>('deals/industries', { tenantId, now: to })).flatMap(({ industry, current, past }) => [
    figure('partners_today', current, industry, 'neo4j', `pairs that work together, one of them in ${industry}`, 'query deals/industries'),
    figure('partners_before', past, industry, 'neo4j', `pairs that worked together, one of them in ${industry}`, 'query deals/industries')
  ])

const lag: Figures = async (deals, _, tenantId) => {
  const rows = (await waiting(deals, tenantId)).reduce((sum, one) => sum + one.rows, 0)
  return [figure('changes_waiting', rows, null, 'postgres', 'changes of deals that the graph has still to learn', 'teraffi doctor')]
}

const SOURCES: Record<Analysis, Figures[]> = {
  dashboard: [(deals, _, tenantId, period) => dealFigures(deals, tenantId, period), census, lag],
  partnerships: [(deals, _, tenantId, period) => pipelineFigures(deals, tenantId, period), industries],
  performance: [(deals, _, tenantId, period) => performanceFigures(deals, tenantId, period), industries]
}
