import { readFileSync } from 'node:fs'

const model = (name: string) => readFileSync(new URL(`../models/${name}.graphql`, import.meta.url), 'utf8')
const body = (name: string) => model(name).replace(/^(?:#.*)?\n/gm, '').trimEnd()

/** The types of models/graph.graphql, with what `@entity` and `@facts` stand for put in their places. */
export function typeDefinitions (): string {
  const [entity, facts] = [body('entity'), body('facts')]
  return model('graph')
    .replaceAll(/^type (\w+) @entity(.*) \{$/gm, (_, type: string, more: string) => filled(entity, { type, more }))
    .replaceAll(/\[(\w+)!\]! @facts\((out|in): "([A-Z_|]+)"\)/g, (_, type: string, way: string, by: string) =>
      `[${type}!]! ${filled(way === 'out' ? facts : facts.replace('(this)-[', '(this)<-[').replace(']->(', ']-('), { type, by })}`)
}

const filled = (text: string, values: Record<string, string>) => text.replaceAll(/\$(type|more|by)\b/g, (_, name: string) => values[name]!)
