import type { Difference } from '../../models/deals.js'
import type { EntityRef, Fact } from '../../models/triple.js'
import type { Deals } from '../deals/db.js'
import { ERASED } from '../deals/members.js'
import { isSigned } from '../deals/stages.js'
import { dealStates, lastRows, waiting, type OutboxRow } from '../deals/outbox.js'
import type { DealState } from '../deals/record.js'
import { parseEvidence } from '../graph/evidence.js'
import type { Graph } from '../graph/graph.js'
import { ingest } from '../graph/ingest.js'

/**
 * A deal as the graph knows it: each two parties PARTNERED_WITH, with stage, outcome and validity, as evidence of the one source
 * `partnership:<id>`. What the partnership said before is replaced, what texts say of the same two stays.
 */
export async function mirror (graph: Graph, row: Pick<OutboxRow, 'id' | 'tenantId' | 'partnershipId' | 'state'>): Promise<void> {
  const { id, tenantId, partnershipId, state } = row
  const parties = await partiesOf(graph, tenantId, state.memberIds)
  await ingest(graph, tenantId, factsOf(state, parties), [], {
    replaces: sourceOf(partnershipId),
    unless: async (run) => (await run('deals/mark', { tenantId, partnershipId, row: id })).length === 0 // it came already, or a later one has
  })
}

/** The entities of these ids, as far as they are there: who was erased is no more. */
export async function partiesOf (graph: Graph, tenantId: string, ids: string[]): Promise<Map<string, Party>> {
  const rows = await graph.read<Party>('affinity/profiles', { tenantId, ids })
  return new Map(rows.map((party) => [party.id, party]))
}

/** `visibleTo`: who alone may know of one that was only named in private. */
export type Party = EntityRef & { visibleTo: string[] | null }

const SOURCE = 'partnership:'
const sourceOf = (partnershipId: string) => SOURCE + partnershipId

function factsOf (state: DealState, parties: Map<string, EntityRef>): Fact[] {
  const { partnershipId, stage, outcome, validFrom, validTo, since } = state
  return pairs(state.memberIds).filter(([a, b]) => parties.has(a) && parties.has(b)).map(([a, b]) => ({
    subject: parties.get(a)!,
    relation: 'PARTNERED_WITH',
    lemma: 'partner with',
    object: parties.get(b)!,
    polarity: '+',
    modality: isSigned(stage) ? 'certain' : 'possible',
    confidence: 1,
    source: sourceOf(partnershipId),
    sentence: sentenceOf(state),
    start: null,
    end: null,
    importId: null,
    validFrom,
    validTo,
    observedAt: since,
    properties: { partnershipId, stage, ...outcome !== null && { outcome } }
  }))
}

/** In words, and only what the graph may know. */
function sentenceOf ({ stage, outcome, validFrom, validTo }: DealState): string {
  const what = isSigned(stage) ? 'A partnership' : 'A partnership in the making'
  return outcome === null ? `${what} since ${validFrom}, at ${stage.replaceAll('_', ' ')}.` : `${what} from ${validFrom} to ${validTo}, ${outcome}.`
}

const pairs = (ids: string[]) => ids.flatMap((a, i) => ids.slice(i + 1).map((b): [string, string] => [a, b]))

const keyOf = (subject: string, object: string, partnershipId: string) => [partnershipId, subject, object].join('\t')

/** Where what the graph holds is not what the deals say, both ways. */
export async function differences (deals: Deals, graph: Graph, tenantId: string): Promise<Difference[]> {
  const pending = new Map((await waiting(deals, tenantId)).map((one) => [one.partnershipId, one]))
  const held = await mirrored(graph, tenantId)
  const found: Difference[] = []
  const tell = (partnershipId: string, what: string) => { found.push({ partnershipId, waiting: pending.has(partnershipId), what }) }

  for await (const state of dealStates(deals, tenantId)) {
    const expected = pairs(state.memberIds.filter((id) => !id.startsWith(ERASED)))
    const parties = await partiesOf(graph, tenantId, state.memberIds)
    for (const [a, b] of expected) {
      const key = keyOf(a, b, state.partnershipId)
      const problem = problemOf(state, held.get(key), parties, [a, b])
      if (problem !== null) tell(state.partnershipId, problem)
      held.delete(key)
    }
  }
  for (const key of held.keys()) {
    const [partnershipId, a, b] = key.split('\t') as [string, string, string]
    tell(partnershipId, `the graph says that ${a} and ${b} are partners by it; the deals do not`)
  }
  const last = await lastRows(deals, tenantId)
  for (const { partnershipId, row } of await graph.read<{ partnershipId: string, row: number }>('deals/marks', { tenantId })) {
    if (row > (last.get(partnershipId) ?? 0)) tell(partnershipId, `the graph has seen change ${row}, the deals have none such: was Postgres restored from a backup?`)
  }
  for (const { partnershipId, rows, lastError } of pending.values()) {
    tell(partnershipId, `${rows} changes wait in the outbox${lastError === null ? '' : `: ${lastError}`}`)
  }
  return found
}

function problemOf (state: DealState, held: Held | undefined, parties: Map<string, EntityRef>, [a, b]: [string, string]): string | null {
  const gone = [a, b].find((id) => !parties.has(id))
  if (gone !== undefined) return `the graph does not know ${gone}`
  if (held === undefined) return `the graph does not say that ${a} and ${b} are partners`
  const { stage, outcome, validFrom, validTo } = state
  const wrong = Object.entries({ stage, outcome, validFrom, validTo }).filter(([name, value]) => held[name as keyof Held] !== value)
  return wrong.length === 0 ? null : wrong.map(([name, value]) => `${name} is ${value} in the deals and ${held[name as keyof Held]} in the graph`).join('; ')
}

interface Held { stage: string | null, outcome: string | null, validFrom: string | null, validTo: string | null }
const PAGE = 500

/** What the graph says by partnerships, by partnership and pair. */
async function mirrored (graph: Graph, tenantId: string): Promise<Map<string, Held>> {
  const held = new Map<string, Held>()
  for (let after = ''; ;) {
    const rows = await graph.read<{ subject: string, facts: { object: string, evidence: string[] }[] }>('deals/mirrored', { tenantId, after, limit: PAGE })
    for (const { subject, facts } of rows) {
      for (const { object, evidence } of facts) {
        for (const { source, properties, validFrom, validTo } of evidence.map(parseEvidence).filter(({ source }) => source.startsWith(SOURCE))) {
          const { stage = null, outcome = null } = properties
          held.set(keyOf(subject, object, source.slice(SOURCE.length)), { stage, outcome, validFrom, validTo })
        }
      }
    }
    if (rows.length < PAGE) return held
    after = rows.at(-1)!.subject
  }
}
