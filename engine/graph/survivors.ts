import type { EntityRef, Fact } from '../../models/triple.js'
import type { Written } from './documents.js'
import type { Run } from './graph.js'
import type { Description } from './ingest.js'

/** What is told, as it names nodes. */
interface Telling<Told extends { facts: Fact[] }> { told: Told[], documents: Written[], descriptions: Description[] }

/** What each id of a node that was merged away means now; other ids are not in the answer. */
export async function survivors (run: Run, tenantId: string, ids: Iterable<string>): Promise<Map<string, EntityRef>> {
  const rows = await run<EntityRef & { of: string }>('graph/survivors', { tenantId, ids: [...new Set(ids)] })
  return new Map(rows.map(({ of, ...entity }) => [of, entity]))
}

/**
 * The same telling about the nodes that are there: what names one that was merged away means the surviving one. What is then said of a thing
 * and itself is not written, as if a file had named the surviving one from the start. `gaps`: descriptions of nodes that were merged away.
 */
export async function surviving<Told extends { facts: Fact[] }> (run: Run, tenantId: string, { told, documents, descriptions }: Telling<Told>) {
  const facts = [...told, ...documents].flatMap(({ facts }) => facts ?? [])
  const known = await survivors(run, tenantId, [...facts.flatMap(({ subject, object }) => [subject.id, object.id]), ...descriptions.map(({ id }) => id)])
  if (known.size === 0) return { told, documents, descriptions, gaps: [] }
  const named = (some: Fact[]) => some.map((fact) => between(fact, known))
  return {
    told: told.map((one) => ({ ...one, facts: named(one.facts) })),
    documents: documents.map((one) => ({ ...one, facts: one.facts && named(one.facts).filter(({ subject, object }) => subject.id !== object.id) })),
    descriptions: descriptions.filter(({ id }) => !known.has(id)),
    gaps: descriptions.filter(({ id }) => known.has(id)).map((one) => ({ ...one, ...known.get(one.id)! }))
  }
}

function between (fact: Fact, known: Map<string, EntityRef>): Fact {
  const [subject, object] = [known.get(fact.subject.id), known.get(fact.object.id)]
  return subject === undefined && object === undefined ? fact : { ...fact, subject: subject ?? fact.subject, object: object ?? fact.object }
}

/** What is said of a node that was merged away fills what the surviving one does not say of itself. */
export async function onlyMissing (run: Run, tenantId: string, gap: Description): Promise<Description> {
  const { properties, profile = null, goals = null, content = null, ...entity } = gap
  const [row] = await run<{ properties: Record<string, never> }>('graph/entity', { tenantId, entityId: entity.id })
  const held: Record<string, string | null> = row?.properties ?? {}
  const missing = Object.entries(properties).filter(([name, value]) => value !== null && (held[name] ?? null) === null)
  return {
    ...entity,
    properties: Object.fromEntries(missing),
    profile: held.profile ?? profile,
    goals: held.goals ?? goals,
    content: held.content ?? content
  }
}
