import { AliasRequest, ApartRequest, DuplicatesRequest, MergeRequest, type Aliases, type Duplicate } from '../../models/entities.js'
import { operator } from '../actor.js'
import { table } from '../terminal.js'
import { check } from '../validate.js'
import { print, tell, withEngine } from './open.js'

export async function duplicates ({ limit, json = false }: { limit: number, json?: boolean }): Promise<void> {
  const { data, meta } = await withEngine((engine) => engine.entities.duplicates(operator(engine.config), check(DuplicatesRequest, { limit })))
  if (json) print(JSON.stringify(data))
  else print(data.length === 0 ? 'No two nodes seem to be one.' : table(data.map(row)))
  if (meta.truncated) tell(`There is more than was looked at or shown: ${meta.nodes} nodes, ${data.length} pairs.`)
}

const row = ({ from, into, score, reasons }: Duplicate) =>
  ({ from: from.id, into: into.id, score: score.toFixed(2), because: reasons.map(({ sign, value }) => `${sign} ${value.toFixed(2)}`).join(', ') })

export async function merge (from: string, into: string, { reason, acrossKinds }: { reason?: string, acrossKinds?: boolean }): Promise<void> {
  const request = check(MergeRequest, { from, into, ...reason !== undefined && { reason }, ...acrossKinds && { acrossKinds } })
  const { id, facts, aside } = await withEngine((engine) => engine.entities.merge(operator(engine.config), request))
  print(`${from} is ${into} from now on: ${facts} facts moved${aside > 0 ? `, ${aside} between the two kept aside` : ''}. "teraffi entities unmerge ${id}" (or ${from}) takes it back.`)
}

export async function unmerge (mergeId: string): Promise<void> {
  const { from, into } = await withEngine((engine) => engine.entities.unmerge(operator(engine.config), mergeId))
  print(`${from} and ${into} are two again.`)
}

export async function merges (): Promise<void> {
  const rows = await withEngine((engine) => engine.entities.merges(operator(engine.config)))
  print(rows.length === 0 ? 'Nothing has been merged.' : table(rows.map((one) => ({ ...one }))))
}

export async function alias (id: string, name: string, { remove = false }: { remove?: boolean }): Promise<void> {
  const request = check(AliasRequest, { id, name })
  const known: Aliases = await withEngine(({ entities, config }) => (remove ? entities.unalias : entities.alias)(operator(config), request))
  print(known.aliases.length === 0 ? `${id} goes by its own name only.` : `${id} also goes by ${known.aliases.join(', ')}.`)
}

export async function apart (id: string, other: string): Promise<void> {
  await withEngine((engine) => engine.entities.apart(operator(engine.config), check(ApartRequest, { ids: [id, other] })))
  print(`${id} and ${other} are two; they are not proposed again.`)
}
