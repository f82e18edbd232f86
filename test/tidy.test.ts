import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'

/** Which room a file is in; a step is a folder of the engine. */
const room = (file: string) => /^engine\/([a-z]+)\//.exec(file)?.[1] ?? (/^engine\/[a-z]+\.ts$/.test(file) ? file.slice(7, -3) : file.split('/')[0]!)

/** Who may import whom: a room to those that it may read from. Every room may read `models` and `errors`. */
const MAY: Record<string, string[]> = {
  models: [],
  errors: [],
  config: [],
  extraction: [],
  learned: [],
  cache: [],
  turns: [],
  embedded: ['config'],
  stores: ['config', 'embedded'],
  deals: [],
  analysts: ['accounts', 'graph'],
  desk: ['accounts', 'deals', 'graph'],
  workspaces: ['accounts', 'graph'],
  entities: ['accounts', 'affinity', 'extraction', 'graph', 'index', 'turns'],
  graph: ['extraction', 'turns'],
  index: ['config', 'turns'],
  trends: ['graph'],
  import: ['accounts', 'graph', 'extraction'],
  projection: ['graph', 'learned', 'turns'],
  evaluate: ['affinity', 'learned', 'import', 'projection'],
  learn: ['graph', 'extraction'],
  offline: ['config', 'embedded', 'graph', 'import'],
  events: ['graph', 'cache'],
  affinity: ['graph', 'extraction', 'cache'],
  accounts: ['graph', 'extraction', 'learn', 'cache'],
  matches: ['affinity', 'cache', 'graph', 'index', 'projection'],
  early: ['accounts', 'affinity', 'cache', 'config', 'index', 'matches', 'projection'],
  seeds: ['graph', 'learn', 'extraction'],
  engine: ['accounts', 'analysts', 'config', 'stores', 'graph', 'deals', 'desk', 'entities', 'workspaces', 'cache', 'events', 'extraction', 'index', 'import', 'learn', 'trends', 'affinity', 'matches', 'projection', 'seeds'],
  api: ['accounts', 'cache', 'config', 'early', 'engine', 'stores', 'embedded', 'extraction', 'evaluate', 'offline', 'benchmarks'],
  benchmarks: ['config', 'embedded', 'offline', 'stores', 'engine', 'affinity', 'evaluate', 'extraction', 'import', 'index', 'projection', 'seeds']
}

/** Drivers and the one room that names each. */
const DOORS: Record<string, string[]> = {
  'neo4j-driver': ['graph', 'embedded'],
  pg: ['deals', 'embedded'],
  ioredis: ['cache'],
  'hnswlib-node': ['index'],
  '@xenova/transformers': ['index'],
  compromise: ['extraction'],
  fastify: ['api', 'benchmarks'],
  commander: ['api'],
  'csv-parse': ['evaluate'],
  n3: ['import']
}

const files = ['engine', 'api', 'models', 'seeds', 'benchmarks'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file).replaceAll('\\', '/')))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))

const importsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:^(?:import|export)\s[^'\n]*?(?:[\s\S]*?from\s+)?|\bimport\()'([^'\n]+)'/gm)].map(([, name]) => name!)

t.test('imports point one way', (t) => {
  for (const file of files) {
    const local = importsOf(file).filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(file), name)).replaceAll('\\', '/').replace(/\.js$/, '.ts'))
    const wrong = local.map(room).filter((to) => to !== room(file) && !['models', 'errors'].includes(to) && !MAY[room(file)]?.includes(to))
    t.strictSame(wrong, [], `${file} reads only from ${MAY[room(file)]?.join(', ') || 'models and errors'}`)
  }
  t.end()
})

t.test('only a door names its driver', (t) => {
  for (const file of files) {
    const packages = importsOf(file).filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
    t.strictSame(packages.filter((name) => DOORS[name] !== undefined && !DOORS[name].includes(room(file))), [], file)
  }
  t.end()
})

t.test('only the settings read the environment', (t) => {
  t.strictSame(files.filter((file) => file !== 'engine/config.ts' && /process\.env/.test(readFileSync(file, 'utf8'))), [])
  t.end()
})

t.test('files stay short', (t) => {
  t.strictSame(files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 320), [])
  t.end()
})
