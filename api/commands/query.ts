import { text } from 'node:stream/consumers'
import { EngineError } from '../../engine/errors.js'
import { analystQueries, loadQueries, schemaPage, takenBy, type Query } from '../../engine/engine.js'
import { CypherRequest, QueryRequest, type RowsAnswer } from '../../models/queries.js'
import { operator } from '../actor.js'
import { painter, rowsAs, table, type RowFormat } from '../terminal.js'
import { check } from '../validate.js'
import { print, tell, withEngine } from './open.js'

interface Asked { param?: [string, string][], limit: number, timeoutMs: number, format: RowFormat }

export function listQueries ({ format }: { format: 'text' | 'markdown' }): void {
  const { bold, dim } = painter(process.stdout)
  const queries = [...library()]
  for (const asks of new Set(queries.map(([, query]) => query.asks))) {
    print(format === 'markdown' ? `## ${asks}\n` : bold(asks))
    for (const [name, query] of queries.filter(([, query]) => query.asks === asks)) print(format === 'markdown' ? section(name, query) : `  ${bold(name)}\n      ${query.about}${taken(query, dim)}`)
  }
}

const library = () => analystQueries(loadQueries())

function taken (query: Query, dim: (text: string) => string): string {
  const parameters = Object.entries(takenBy(query)).map(([name, { type }]) => `${name} ${type}`)
  return parameters.length === 0 ? '' : `\n      ${dim(`takes ${parameters.join(', ')}`)}`
}

/** A query for whoever pastes it: what it says, its parameters, itself. */
function section (name: string, { about, text, example }: Query): string {
  return [`### ${name}`, '', about, '', '```', `:param ${example}`, '```', '', '```cypher', text.slice(text.indexOf('\n\n') + 2).trim(), '```', ''].join('\n')
}

export async function runQuery (name: string, { param = [], limit, timeoutMs, format }: Asked): Promise<void> {
  const query = library().get(name)
  if (query === undefined) throw new EngineError('not_found', `There is no query "${name}"; "teraffi query list" shows those there are.`)
  const params = Object.fromEntries(param.map(([key, value]) => [key, query.takes[key]?.type === 'string' ? value : valueOf(value)]))
  const request = check(QueryRequest, { params, limit, timeoutMs })
  show(await withEngine((engine) => engine.queries.run(operator(engine.config), name, request)), format)
}

/** The query stands in the arguments, or comes by standard input. */
export async function cypher (query: string | undefined, { param = [], limit, timeoutMs, format }: Asked): Promise<void> {
  const params = Object.fromEntries(param.map(([key, value]) => [key, valueOf(value)]))
  const request = check(CypherRequest, { query: query ?? await text(process.stdin), params, limit, timeoutMs })
  show(await withEngine((engine) => engine.cypher(operator(engine.config), request)), format)
}

export async function schema ({ format }: { format: 'table' | 'markdown' | 'json' }): Promise<void> {
  const found = await withEngine((engine) => engine.graphSchema(operator(engine.config)))
  if (format === 'json') print(JSON.stringify(found))
  else if (format === 'markdown') process.stdout.write(schemaPage(found))
  else {
    print(table(found.labels.map(({ label, count, example }) => ({ label, count, example }))))
    print(`\n${table(found.relations.map(({ relation, count, example }) => ({ relation, count, example })))}`)
  }
}

function show ({ data: { columns, rows }, meta: { limit, truncated } }: RowsAnswer, format: RowFormat): void {
  if (rows.length > 0 || format === 'csv') print(rowsAs(format, columns, rows))
  else if (format === 'table') print('No rows.')
  if (truncated) tell(`There are more rows; --limit ${limit} was the bound.`)
}

/** A parameter from the command line: what reads as JSON is meant so, all else is a text. */
function valueOf (value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
