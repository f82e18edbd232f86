import { randomUUID } from 'node:crypto'
import type { Merge, MergeRequest } from '../../models/entities.js'
import type { FeedbackType } from '../../models/feedback.js'
import { kindOf, type Label, type Relation } from '../../models/vocabulary.js'
import { feedbackIdOf } from '../affinity/feedback.js'
import { EngineError } from '../errors.js'
import { mayKnow } from '../graph/cite.js'
import { noteViewers, placeLine, type Place } from '../graph/documents.js'
import { evidenceId, factId, mergeEvidence, parseEvidence, stored } from '../graph/evidence.js'
import { groupsOf } from '../graph/facts.js'
import type { Graph, Run } from '../graph/graph.js'

/** A merge as it is stored; `version`: of the graph when it began, by which merges have an order. */
export interface StoredMerge extends Merge { tenantId: string, now: string, label: Label, name: string, version: number }

/** A fact at a node, seen from there. */
export interface FactAt { factId: string, outgoing: boolean, other: string, relation: Relation, lemma: string | null }
/**
 * A fact that was moved, and whose its evidence was: `only` that of the node that was merged away, by its ids, or that of `both`. Of these the
 * survivor's line stays, so what was other in the first's is noted, and nothing of the words.
 */
export interface Moved extends FactAt { only: string[], both: string }
export type Both = [id: string, importId?: string | null, observedAt?: string, visibility?: 'network' | 'private' | null, withdrawnAt?: string | null]

export interface Merging extends MergeRequest { by: string, at: string, viewerId?: string }
/** `also`: more writes of the last transaction, such as the audit. */
export interface Paged { page?: number, also?: (run: Run, merge: Merge) => Promise<unknown> }
interface Options extends Paged { checks?: ((run: Run, tenantId: string, id: string) => Promise<string | null>)[] }

export const PAGE = 1_000
/** What a node is known by, and what is worked out of its facts: not handed on. */
const OWN = ['id', 'tenantId', 'name', 'key', 'visibleTo', 'textVersion', 'momentum_score', 'status']
export const TEXTS = ['profile', 'goals', 'content']

/**
 * Says that one node is another: all that is told of `from` is told of `into`, now and from now on. Page by page, each in a transaction; broken
 * off, the same command goes on. `checks`: what else hangs on a node so that it can only survive, in words, or null.
 */
export async function mergeEntities (graph: Graph, tenantId: string, merging: Merging, options: Options = {}): Promise<Merge> {
  for (;;) {
    const merge = await graph.inTurn(tenantId, (run) => step(run, tenantId, merging, options))
    if (merge.state === 'done') return shown(merge)
  }
}

export const shown = ({ id, from, into, state, facts, aside, reason, by, at }: StoredMerge): Merge => ({ id, from, into, state, facts, aside, reason, by, at })

async function step (run: Run, tenantId: string, merging: Merging, { page = PAGE, also, checks = [] }: Options): Promise<StoredMerge> {
  const version = (await run<{ version: number }>('graph/lock', { tenantId }))[0]!.version
  const known = await begun(run, tenantId, merging)
  if (known?.state === 'done') {
    await run('graph/unchanged', { tenantId })
    return known
  }
  const id = known === null ? await begin(run, tenantId, merging, version, checks) : known.id
  const moved = await movePage(run, tenantId, { ...merging, id }, version, page)
  if (moved < page) await finish(run, tenantId, { ...merging, id }, version)
  const merge = (await mergeOf(run, tenantId, { id }))!
  if (merge.state === 'done') await also?.(run, shown(merge))
  return merge
}

/** The same merge, as far as it has come; null before it has begun. */
async function begun (run: Run, tenantId: string, { from, into }: Merging): Promise<StoredMerge | null> {
  const known = await mergeOf(run, tenantId, { from })
  if (known !== null && (known.into !== into || known.state === 'undoing')) throw taken(known)
  return known
}

export async function mergeOf (run: Run, tenantId: string, { id = '', from = '' }: { id?: string, from?: string }): Promise<StoredMerge | null> {
  return (await run<{ merge: StoredMerge }>('entities/merge', { tenantId, id, from }))[0]?.merge ?? null
}

const taken = ({ id, from, into, state }: StoredMerge) => new EngineError('failed_precondition', state === 'undoing'
  ? `Merge ${id} of "${from}" is being undone; undo it to the end first.`
  : `"${from}" is merged into "${into}" already (${id}); undo that first.`)

interface Found { id: string, label: Label, name: string, properties: { key: string, visibleTo?: string[] } }

async function begin (run: Run, tenantId: string, merging: Merging, version: number, checks: NonNullable<Options['checks']>): Promise<string> {
  const { from: fromId, into: intoId, by, at, reason = '', viewerId = '' } = merging
  if (fromId === intoId) throw new EngineError('invalid_argument', `"${fromId}" is itself already; name two nodes.`)
  const [from, into] = [await found(run, tenantId, fromId, viewerId), await found(run, tenantId, intoId, viewerId)]
  if (from.label !== into.label && merging.acrossKinds !== true) {
    throw new EngineError('failed_precondition', `"${fromId}" is a ${kindOf(from.label)} and "${intoId}" a ${kindOf(into.label)}; say acrossKinds where they are one all the same.`)
  }
  const [busy] = await run<{ id: string }>('entities/unfinished', { tenantId, ids: [fromId, intoId] })
  if (busy !== undefined) throw new EngineError('failed_precondition', `Merge ${busy.id} of one of the two is under way; finish it first.`)
  for (const check of [saysSomething, ...checks]) {
    const problem = await check(run, tenantId, fromId)
    if (problem !== null) throw new EngineError('failed_precondition', `"${fromId}" ${problem}; it can only survive: merge "${intoId}" into it, where that is free.`)
  }
  const id = `m${randomUUID().replaceAll('-', '').slice(0, 12)}`
  await run('entities/begin', { tenantId, from: fromId, into: intoId, label: into.label, name: into.name, merge: { id, version, at, by, reason } })
  await run('entities/put-alias', { tenantId, alias: { key: from.properties.key, entityId: fromId, name: from.name, mergeId: id, by, at } })
  return id
}

async function found (run: Run, tenantId: string, id: string, viewerId: string): Promise<Found> {
  const [entity] = await run<Found>('graph/entity', { tenantId, entityId: id })
  if (entity !== undefined && mayKnow(viewerId, entity.properties)) return entity
  const merged = entity === undefined ? await mergeOf(run, tenantId, { from: id }) : null
  if (merged !== null) throw new EngineError('failed_precondition', `"${id}" is merged into "${merged.now}" (${merged.id}); name that one.`)
  throw new EngineError('not_found', `There is no entity "${id}".`)
}

/** Who has said what they think of others is a person that acts, whom nothing stands for. */
async function saysSomething (run: Run, tenantId: string, id: string): Promise<string | null> {
  const said = await run<{ given: boolean }>('entities/feedback-of', { tenantId, entityId: id })
  return said.some(({ given }) => given) ? 'has given feedback' : null
}

type Named = Merging & { id: string }

/** Returns how many facts there were to move. */
async function movePage (run: Run, tenantId: string, { id, from, into }: Named, version: number, page: number): Promise<number> {
  const facts = await run<FactAt & { evidence: string[] }>('entities/facts-of', { tenantId, entityId: from, limit: page })
  if (facts.length === 0) return 0
  const [aside, rest] = [facts.filter(({ other }) => other === into), facts.filter(({ other }) => other !== into)]
  const held = await putFacts(run, tenantId, version, rest.map((fact) => ({ ...fact, at: into })))
  await run('entities/take-facts', { tenantId, facts: facts.map((fact) => placeOf(fact, from)) })
  await run('entities/put-moved', { tenantId, mergeId: id, moved: rest.map((fact, i) => movedOf(fact, held[i]!)), aside })
  await run('accounts/move-places', {
    tenantId,
    moves: rest.map((fact) => (
      { documents: sourcesOf(fact.evidence), before: placeLine(placeOf(fact, from)), after: placeLine(placeOf(fact, into)), gone: true }))
  })
  await noteViewers(run, tenantId, [...rest, ...aside].map((fact) => placeOf(fact, into)))
  return facts.length
}

/** Where a fact is when it is said of a node; its identity follows from its ends. */
export function placeOf ({ outgoing, other, relation, lemma }: FactAt, at: string): Place {
  const [subject, object] = outgoing ? [at, other] : [other, at]
  const ends = { subject: { id: subject }, object: { id: object } } as Parameters<typeof factId>[0]
  return { subject, factId: factId({ ...ends, relation, lemma: lemma ?? '' }), object }
}

export const sourcesOf = (evidence: string[]) => [...new Set(evidence.map((line) => parseEvidence(line).source))]

/** Writes facts at nodes, merged with what is there; returns the evidence that each had there before. */
export async function putFacts (run: Run, tenantId: string, version: number, facts: (FactAt & { at: string, evidence: string[] })[]): Promise<string[][]> {
  if (facts.length === 0) return []
  const rows = facts.map((fact) => rowOf(fact, fact.at, fact.evidence))
  const found = await run<{ factId: string, evidence: string[] }>('graph/merge-facts', { tenantId, version, groups: groupsOf(rows) })
  const there = new Map(found.map((row) => [row.factId, row.evidence]))
  const changed = facts.flatMap((fact, i) => {
    const before = there.get(rows[i]!.factId)
    const evidence = mergeEvidence(before ?? [], fact.evidence)
    return before === undefined || evidence === before ? [] : [rowOf(fact, fact.at, evidence)]
  })
  if (changed.length > 0) await run('graph/update-facts', { tenantId, version, facts: changed })
  return rows.map((row) => there.get(row.factId) ?? [])
}

/** A fact with its evidence, as it is stored. */
export const rowOf = (fact: FactAt, at: string, evidence: string[]) => ({
  ...placeOf(fact, at), relation: fact.relation, lemma: fact.lemma ?? '', evidence, resolved: { ...stored(evidence, fact.relation), lemma: fact.lemma ?? null }
})

function movedOf ({ factId, outgoing, other, relation, lemma, evidence }: FactAt & { evidence: string[] }, there: string[]): Moved {
  const twins = new Map(there.map((line) => [evidenceId(line), line]))
  const both = evidence.filter((line) => twins.has(evidenceId(line))).map((line): Both => {
    const { importId, observedAt, visibility, withdrawnAt } = parseEvidence(line)
    return twins.get(evidenceId(line)) === line ? [evidenceId(line)] : [evidenceId(line), importId, observedAt, visibility, withdrawnAt]
  })
  return { factId, outgoing, other, relation, lemma, only: evidence.map(evidenceId).filter((id) => !twins.has(id)), both: JSON.stringify(both) }
}

async function finish (run: Run, tenantId: string, { id, from, into }: Named, version: number): Promise<void> {
  await moveFeedback(run, tenantId, { from, into }, ({ id: before, was = [] }, memberId, type) => ({ after: feedbackIdOf(memberId, into, type), was: [...was, `${id} ${before}`] }))
  await run('entities/retire', { tenantId, mergeId: id, from, into, version, own: OWN, texts: TEXTS })
  await run('graph/viewers', { tenantId, ids: [into] })
}

export interface Said { id: string, type: FeedbackType, was?: string[] }
type Move = { after: string, was: string[] } | null

/** What members said of one node is said of another, under another id; null: it stays. */
export async function moveFeedback (
  run: Run, tenantId: string, { from, into }: { from: string, into: string }, moveOf: (said: Said, memberId: string, type: FeedbackType) => Move
): Promise<void> {
  const rows = await run<{ memberId: string, feedback: Said }>('entities/feedback-of', { tenantId, entityId: from })
  const moves = rows.flatMap(({ memberId, feedback }) => {
    const move = moveOf(feedback, memberId, feedback.type)
    return move === null ? [] : [{ memberId, before: feedback.id, ...move }]
  })
  if (moves.length > 0) await run('entities/move-feedback', { tenantId, from, into, moves })
}
