import type { EntityRef, Fact } from '../../models/triple.js'
import type { Relation } from '../../models/vocabulary.js'
import { canonicalKey } from '../extraction/canonical.js'
import { breaks } from '../turns.js'
import { evidenceLine, factId, mergeEvidence, parseEvidence, stored } from './evidence.js'
import type { Run } from './graph.js'

/** Facts that are told at once, at their time. */
export interface Told { facts: Fact[], now: string }

export interface MergeOptions {
  /** The one source of the facts, of which only what they say now counts: its former evidence of them is replaced. */
  replaces?: string
  /** Facts that are known already take no more evidence. */
  onlyNew?: boolean
}

/** What became of the evidence of who told it. `refused`: where in the facts those are that were known already, if only new ones are taken. */
export interface Merged { created: number, merged: number, refused: number[] }

/** What is said in the same words of the same subject is sent once. */
interface Group { subject: string, relation: Relation, properties: object, facts: { object: string, factId: string }[] }
/** A fact as it is written: its ends by id, its evidence as lines. */
export interface FactRow { factId: string, subject: string, relation: Relation, object: string, lemma: string, evidence: string[] }

/** Writes new facts, and adds to known ones what they do not hold yet; counts the evidence of each that told some by its fate. */
export async function mergeFacts (run: Run, tenantId: string, version: number, told: Told[], options: MergeOptions = {}): Promise<Merged[]> {
  const rows = await rowsOf(told, options.onlyNew)
  if (rows.length === 0) return told.map(() => ({ created: 0, merged: 0, refused: [] }))
  const [, found] = await Promise.all([ // both are sent at once; Neo4j runs them in this order
    run('graph/merge-entities', { tenantId, entities: distinctEntities(told.flatMap(({ facts }) => facts)) }),
    run<Known>('graph/merge-facts', { tenantId, version, groups: groupsOf(rows) })
  ])
  const known = new Map(found.map((row) => [row.factId, row.evidence]))
  const held = new Map(known)
  const merged = await weighAll(told, rows, held, options)
  const changed = rows.filter((row) => held.get(row.factId) !== known.get(row.factId) && known.has(row.factId)).map((row) => {
    const evidence = held.get(row.factId)!
    return { factId: row.factId, subject: row.subject, relation: row.relation, object: row.object, evidence, resolved: stored(evidence, row.relation) }
  })
  if (changed.length > 0) await run('graph/update-facts', { tenantId, version, facts: changed })
  return merged
}

export interface Known { factId: string, evidence: string[] }

export async function weighAll (told: Told[], rows: FactRow[], held: Map<string, string[]>, { replaces, onlyNew = false }: MergeOptions): Promise<Merged[]> {
  if (onlyNew) return told.map((one) => weighNew(one, held))
  return (told.length === 1 ? [rows] : await Promise.all(told.map((one) => rowsOf([one])))).map((some) => weigh(some, held, replaces))
}

/** Adds evidence to what is held. A list that does not change stays the same one. */
function weigh (rows: FactRow[], held: Map<string, string[]>, replaces?: string): Merged {
  const counts: Merged = { created: 0, merged: 0, refused: [] }
  for (const { factId, evidence } of rows) {
    const before = held.get(factId)
    if (before === undefined) {
      counts.created++
      counts.merged += evidence.length - 1
      held.set(factId, evidence)
      continue
    }
    const after = mergeEvidence(replaces === undefined ? before : before.filter((line) => parseEvidence(line).source !== replaces), evidence)
    const fresh = after.filter((line) => !before.includes(line)).length
    if (fresh === 0 && after.length === before.length) continue
    counts.merged += fresh
    held.set(factId, after)
  }
  return counts
}

/** Takes what says something of a fact that nothing is known of, and refuses what says more. */
function weighNew ({ facts, now }: Told, held: Map<string, string[]>): Merged {
  const counts: Merged = { created: 0, merged: 0, refused: [] }
  for (const [i, fact] of facts.entries()) {
    if (fact.subject.id === fact.object.id) continue
    const [id, line] = [factId(fact), evidenceLine(fact, now)]
    const before = held.get(id)
    if (before === undefined) {
      counts.created++
      held.set(id, [line])
    } else if (mergeEvidence(before, [line]) !== before) counts.refused.push(i)
  }
  return counts
}

/** One row per fact, its evidence merged and sorted; if only new facts are taken, the first that is said of each. */
export async function rowsOf (told: Told[], onlyNew = false): Promise<FactRow[]> {
  const pause = breaks()
  const rows = new Map<string, FactRow>()
  for (const { facts, now } of told) {
    for (const fact of facts) {
      if (fact.subject.id === fact.object.id) continue // of itself a thing tells nothing
      const id = factId(fact)
      const row = rows.get(id)
      if (row === undefined) rows.set(id, rowOf(id, fact, evidenceLine(fact, now)))
      else if (!onlyNew) row.evidence = mergeEvidence(row.evidence, [evidenceLine(fact, now)])
      await pause()
    }
  }
  return [...rows.values()]
}

const rowOf = (factId: string, { subject, relation, object, lemma }: Fact, line: string): FactRow =>
  ({ factId, subject: subject.id, relation, object: object.id, lemma, evidence: [line] })

export function groupsOf (rows: FactRow[]): Group[] {
  const said = new Map<string, object>()
  const groups = new Map<string, Group>()
  for (const { factId, subject, relation, object, lemma, evidence } of rows) {
    const words = [relation, relation === 'MENTIONS' ? lemma : '', ...evidence].join('\n')
    const properties = said.get(words) ?? { ...present(stored(evidence, relation)), evidence, ...relation === 'MENTIONS' ? { lemma } : {} }
    said.set(words, properties)
    const key = `${subject}\n${words}`
    const group = groups.get(key) ?? { subject, relation, properties, facts: [] }
    groups.set(key, group)
    group.facts.push({ object, factId })
  }
  return [...groups.values()]
}

const present = (properties: object) => Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null))

/** With the key by which its name finds it. */
export const withKey = <T extends EntityRef>(entity: T) => ({ ...entity, key: canonicalKey(entity.name, entity.label) })

/** Each node once, under the alphabetically last of its spellings. */
export function distinctEntities (facts: Fact[]): (EntityRef & { key: string })[] {
  const entities = new Map<string, EntityRef>()
  for (const { subject, object } of facts) {
    for (const entity of [subject, object]) {
      const held = entities.get(entity.id)
      if (held === undefined || held.name < entity.name) entities.set(entity.id, entity)
    }
  }
  return [...entities.values()].map(withKey)
}
