import { placeLine, type Place } from './documents.js'
import type { Parameters } from './graph.js'

/**
 * What one write of a tenant's graph touched: nodes by id, facts as `subject\tfactId\tobject`; `texts`: words that the vector index reads.
 * `said`: what the facts say since, as JSON, so that whoever follows need not read them; '' where there are many.
 */
export interface Change { version: number, nodes: string[], facts: string[], texts: boolean, said: string }

/** A note that is not longer in facts says what they say. */
export const SAID_MAX = 64

/** Told of each change once it is committed; the write is acknowledged after the last listener has dealt with it. */
export type ChangeListener = (tenantId: string, change: Change) => Promise<void>

/** Versions for which it can be asked what they touched. */
export const CHANGES_KEPT = 1_000

const NOTHING: Touched = { nodes: [], facts: [], texts: false }
type Touched = Omit<Change, 'version' | 'said'>
type Touch = Partial<Touched>
const idsOf = (rows: unknown) => (rows as { id: string }[]).map(({ id }) => id)
const placesOf = (facts: unknown) => (facts as Place[]).map(placeLine)
type Grouped = { subject: string, facts: { object: string, factId: string }[] }[]
const groupedPlaces = (groups: unknown) => (groups as Grouped).flatMap(({ subject, facts }) => facts.map((fact) => placeLine({ subject, ...fact })))
const endsOf = (facts: unknown) => (facts as Place[]).flatMap(({ subject, object }) => [subject, object])

/** Every query that writes what a score may read, and what it touches by its parameters, or by what it returns. */
export const TOUCHES: Record<string, (parameters: Parameters, rows: object[]) => Touch> = {
  'graph/describe-entities': ({ entities }) => ({ nodes: idsOf(entities), texts: true }),
  'graph/merge-entities': (_, rows) => ({ nodes: idsOf(rows) }),
  'graph/merge-facts': ({ groups }) => ({ facts: groupedPlaces(groups) }),
  'graph/update-facts': ({ facts }) => ({ facts: placesOf(facts) }),
  'graph/viewers': ({ ids }) => ({ nodes: ids as string[] }),
  'accounts/delete-facts': ({ facts }) => ({ facts: placesOf(facts), nodes: endsOf(facts) }),
  'entities/take-facts': ({ facts }) => ({ facts: placesOf(facts) }),
  'entities/retire': ({ from, into }) => ({ nodes: [from, into] as string[], texts: true }),
  'entities/restore': (_, rows) => ({ nodes: (rows as { ids: string[] }[]).flatMap(({ ids }) => ids), texts: true }),
  'entities/move-feedback': ({ moves }) => ({ nodes: (moves as { memberId: string }[]).map(({ memberId }) => memberId) }),
  'entities/drop-orphans': ({ ids }) => ({ nodes: ids as string[] }),
  'accounts/hush': () => ({ texts: true }),
  'accounts/erase': ({ memberId }) => ({ nodes: [memberId as string] }),
  'trends/set-momentum': ({ trends }) => ({ nodes: idsOf(trends) }),
  'affinity/feedback-give': ({ memberId }) => ({ nodes: [memberId as string] }),
  'affinity/feedback-withdraw': ({ memberId }) => ({ nodes: [memberId as string] })
}

/** Watches the queries of one transaction and adds up what they touch. A transaction that does not count as a write touches nothing. */
export function watchChanges () {
  const nodes = new Set<string>()
  const facts = new Set<string>()
  let texts = false
  let counted: { tenantId: string, version: number } | null = null
  return {
    ran (name: string, parameters: Parameters, rows: object[]): void {
      const touch = { ...NOTHING, ...TOUCHES[name]?.(parameters, rows) }
      for (const id of touch.nodes) nodes.add(id)
      for (const place of touch.facts) facts.add(place)
      texts ||= touch.texts
      if (name === 'graph/lock') counted = { tenantId: parameters.tenantId as string, version: (rows[0] as { version: number }).version }
      if (name === 'graph/unchanged') counted = null
    },
    /** Null where nothing was changed. */
    change: (): { tenantId: string, change: Omit<Change, 'said'> } | null =>
      counted === null ? null : { tenantId: counted.tenantId, change: { version: counted.version, nodes: [...nodes], facts: [...facts], texts } }
  }
}
