import type { Affinity, DiscoverRequest, Explain } from '../../models/affinity.js'
import * as models from '../../models/affinity.js'
import { EngineError } from '../../engine/errors.js'
import { operator } from '../actor.js'
import { ExplainRequest, RecommendationsRequest } from '../routes/affinity.js'
import { painter, showMatches } from '../terminal.js'
import { check } from '../validate.js'
import { print, tell, withEngine } from './open.js'
import type { Static } from 'typebox'

interface Discover { query?: string, kinds?: string[], filter?: [string, string][], limit: number, explain: Static<typeof Explain>, json?: boolean }
interface Recommend { kind?: string, limit: number, explain: Static<typeof Explain>, fresh?: boolean, json?: boolean }

export async function discover (memberId: string | undefined, { query, kinds, filter, limit, explain, json }: Discover): Promise<void> {
  if (memberId === undefined && query === undefined) {
    throw new EngineError('invalid_argument', 'Who is looking? Give a member id, as in "teraffi discover member:mia-tran", or a wish with --query "…".')
  }
  const asked = given({ memberId, query, kinds, filters: filtersOf(filter), limit, explain, evidence: !json || undefined })
  const request = check(models.DiscoverRequest, asked) as DiscoverRequest
  await withEngine(async (engine) => { show(await engine.discover(operator(engine.config).tenantId, request), json) })
}

export async function recommend (memberId: string, { kind, limit, explain, fresh, json }: Recommend): Promise<void> {
  const request = check(RecommendationsRequest, given({ memberId, kind, limit, explain, evidence: !json || undefined, fresh }))
  await withEngine(async (engine) => { show(await engine.recommendations(operator(engine.config).tenantId, { ...request, memberId }), json) })
}

export async function explain (member: string, target: string, { json }: { json?: boolean }): Promise<void> {
  const request = check(ExplainRequest, { member, target })
  await withEngine(async (engine) => { show(await engine.explain(operator(engine.config).tenantId, { ...request, member }), json) })
}

/** An answer as the API gives it, or in words for a person. */
export function show ({ data, meta }: { data: Affinity | Affinity[], meta: models.AnswerMeta }, json = false): void {
  if (json) return print(JSON.stringify(data))
  print(showMatches([data].flat(), painter(process.stdout)))
  if (meta.fallback !== null) tell(`\nFallback: ${meta.fallback}`)
  for (const reason of meta.degraded) tell(`\nDegraded: ${reason}`)
}

/** `industry=food` adds to a list, `followers.min=1000` sets a number; the schema then says what is not known. */
export function filtersOf (pairs: [string, string][] | undefined): Record<string, unknown> | undefined {
  if (pairs === undefined) return undefined
  const filters = new Map<string, unknown>()
  for (const [name, value] of pairs) {
    const [key = '', part] = name.split('.', 2)
    const before = filters.get(key)
    filters.set(key, part === undefined
      ? [...Array.isArray(before) ? before : [], value]
      : { ...before as object, [part]: /^\d{1,15}$/.test(value) ? Number(value) : value })
  }
  return Object.fromEntries(filters)
}

/** A request says only what was said. */
const given = (request: Record<string, unknown>) => Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
