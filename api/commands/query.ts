import { EngineError } from '../../engine/errors.js'
import { loadQueries, type Query } from '../../engine/graph/query.js'
import { table } from '../terminal.js'
import { print, withEngine } from './open.js'

export function listQueries (): void {
  const signature = ({ takes }: Query) => Object.entries(takes).filter(([name]) => name !== 'tenantId').map(([name, { type }]) => `${name} ${type}`).join(', ')
  print(table([...readable().values()].map((query) => ({ query: query.name, takes: signature(query), about: query.about }))))
}

export async function runQuery (name: string, { param = [], format }: { param?: [string, string][], format: 'table' | 'jsonl' }): Promise<void> {
  const query = readable().get(name)
  if (query === undefined) throw new EngineError('not_found', `There is no query "${name}"; "teraffi query list" shows those there are.`)
  const params = Object.fromEntries(param.map(([key, text]) => [key, valueOf(query.takes[key]?.type, text)]))

  const rows = await withEngine((engine) => engine.query(engine.config.tenantId, name, params))
  if (format === 'jsonl') for (const row of rows) print(JSON.stringify(row))
  else print(rows.length === 0 ? 'No rows.' : table(rows))
}

/** The library without what writes: that belongs to the engine. */
const readable = (): Map<string, Query> => new Map([...loadQueries()].filter(([, { writes }]) => !writes))

/** A parameter from the command line in the type that the header of the query states. */
function valueOf (type: string | undefined, text: string): unknown {
  if (type === 'string' || type === undefined) return text
  try {
    return JSON.parse(text)
  } catch {
    return type === 'list' ? text.split(',') : text
  }
}
