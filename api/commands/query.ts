import { EngineError } from '../../engine/errors.js'
import { loadQueries, type Query } from '../../engine/engine.js'
import { painter, table } from '../terminal.js'
import { print, withEngine } from './open.js'

export function listQueries (): void {
  const { bold, dim } = painter(process.stdout)
  for (const { name, about, takes } of readable().values()) {
    const parameters = Object.entries(takes).filter(([parameter]) => parameter !== 'tenantId').map(([parameter, { type }]) => `${parameter} ${type}`)
    print(`${bold(name)}\n    ${about}${parameters.length === 0 ? '' : `\n    ${dim(`takes ${parameters.join(', ')}`)}`}`)
  }
}

export async function runQuery (name: string, { param = [], format }: { param?: [string, string][], format: 'table' | 'jsonl' }): Promise<void> {
  const query = readable().get(name)
  if (query === undefined) throw new EngineError('not_found', `There is no query "${name}"; "teraffi query list" shows those there are.`)
  const params = Object.fromEntries(param.map(([key, text]) => [key, valueOf(query.takes[key]?.type, text)]))

  const rows = await withEngine((engine) => engine.query(engine.config.tenantId, name, params))
  if (format === 'jsonl') for (const row of rows) print(JSON.stringify(row))
  else print(rows.length === 0 ? 'No rows.' : table(rows))
}

/** The library without what writes, and what is of accounts and workspaces: that belongs to the engine. */
const readable = (): Map<string, Query> => new Map([...loadQueries()].filter(([name, { writes }]) => !writes && !/^(?:accounts|workspaces)\//.test(name)))

/** A parameter from the command line in the type that the header of the query states. */
function valueOf (type: string | undefined, text: string): unknown {
  if (type === 'string' || type === undefined) return text
  try {
    return JSON.parse(text)
  } catch {
    return type === 'list' ? text.split(',') : text
  }
}
