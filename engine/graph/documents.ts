import type { Fact } from '../../models/triple.js'
import type { Relation } from '../../models/vocabulary.js'
import { evidenceId, evidenceLine, factId, marked, parseEvidence, stored, type Evidence } from './evidence.js'
import type { Run } from './graph.js'

/** A document of a member as it is from now on. `facts` null: it says what it said, only `visibility` may differ. */
export interface Written {
  id: string // also the source of its evidence: 'member:ada/goals'
  owner: string
  body: string
  visibility: 'public' | 'network' | 'private'
  facts: Fact[] | null
}

export interface Place { subject: string, factId: string, object: string }
export interface Held extends Place { relation: Relation, evidence: string[] }

/** Makes the graph say what the documents say now; what they said before and no longer say is closed on this day. Returns how many facts changed. */
export async function rewrite (run: Run, tenantId: string, version: number, documents: Written[], now: string): Promise<number> {
  const places = new Map<string, Place>()
  const said = new Map<string, string>() // the lines of evidence that hold now, by fact and identity
  for (const { id, owner, body, visibility, facts } of documents) {
    for (const fact of facts ?? []) {
      const line = evidenceLine(fact, now)
      said.set(`${factId(fact)}\t${evidenceId(line)}`, line)
    }
    const lines = (facts ?? []).map((fact) => placeLine({ subject: fact.subject.id, factId: factId(fact), object: fact.object.id }))
    const [before] = await run<{ before: string[] }>('accounts/write-document', { tenantId, id, document: { owner, body, visibility }, facts: [...new Set(lines)] })
    for (const line of [...lines, ...before!.before]) places.set(line, placeOf(line))
  }
  if (places.size === 0) return 0

  const of = new Map(documents.map((document) => [document.id, document]))
  const held = await run<Held>('accounts/facts-between', { tenantId, facts: [...places.values()] })
  const changed = held.flatMap((fact) => {
    const evidence = fact.evidence.map((line) => asSaidNow(line, fact.factId, of, said, now.slice(0, 10)))
    return evidence.every((line, i) => line === fact.evidence[i]) ? [] : [{ ...fact, evidence, resolved: stored(evidence, fact.relation) }]
  })
  if (changed.length > 0) await run('graph/update-facts', { tenantId, version, facts: changed.map(update) })
  await noteViewers(run, tenantId, [...places.values()])
  return changed.length
}

/** One line of evidence after its document was rewritten; lines of other documents stay as they are. */
function asSaidNow (line: string, fact: string, documents: Map<string, Written>, said: Map<string, string>, day: string): string {
  const { source, withdrawnAt } = parseEvidence(line)
  const document = documents.get(source)
  if (document === undefined) return line
  const visibility: Evidence['visibility'] = document.visibility === 'public' ? null : document.visibility
  const holds = document.facts === null ? withdrawnAt === null : said.has(`${fact}\t${evidenceId(line)}`)
  return marked(line, { visibility, withdrawnAt: holds ? null : withdrawnAt ?? day })
}

/** Takes back all that an author has said; facts for which nobody else speaks are gone. */
export async function unsay (run: Run, tenantId: string, version: number, author: string): Promise<void> {
  const documents = await run<{ facts: string[] }>('accounts/documents', { tenantId, owner: author })
  const places = [...new Set(documents.flatMap(({ facts }) => facts))].map(placeOf)
  const held = places.length === 0 ? [] : await run<Held>('accounts/facts-between', { tenantId, facts: places })
  await takeBack(run, tenantId, version, held, ({ source }) => source.startsWith(`${author}/`))
}

/** Takes away what of the evidence of some facts is unsaid; facts for which nothing else speaks are gone. Returns how many these are. */
export async function takeBack (run: Run, tenantId: string, version: number, held: Held[], isUnsaid: (evidence: Evidence) => boolean): Promise<number> {
  const left = held.map((fact) => ({ ...fact, evidence: fact.evidence.filter((line) => !isUnsaid(parseEvidence(line))) }))
  const gone = left.filter(({ evidence }) => evidence.length === 0)
  const kept = left.filter(({ evidence }) => evidence.length > 0).map((fact) => ({ ...fact, resolved: stored(fact.evidence, fact.relation) }))
  if (gone.length > 0) await run('accounts/delete-facts', { tenantId, facts: gone.map(({ subject, factId, object }) => ({ subject, factId, object })) })
  if (kept.length > 0) await run('graph/update-facts', { tenantId, version, facts: kept.map(update) })
  await noteViewers(run, tenantId, held)
  return gone.length
}

/** A name that was only said in private is as private as what was said. */
export const noteViewers = (run: Run, tenantId: string, places: Place[]) =>
  run('graph/viewers', { tenantId, ids: [...new Set(places.flatMap(({ subject, object }) => [subject, object]))] })

const update = ({ subject, relation, object, factId, evidence, resolved }: Held & { resolved: object }) =>
  ({ subject, relation, object, factId, evidence, resolved })

/** A fact with its ends as one line. */
export const placeLine = ({ subject, factId, object }: Place) => [subject, factId, object].join('\t')
export function placeOf (line: string): Place {
  const [subject, factId, object] = line.split('\t')
  return { subject: subject!, factId: factId!, object: object! }
}
