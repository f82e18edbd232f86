import { resolve } from 'node:path'

/** Every setting and its default. Alone in reading the environment. Documented in `.env.example`. */
export interface Config {
  /** Where the managed stores, the index and the model live. */
  dataDir: string
  /** Address of a running Neo4j; null: a managed child. */
  neo4j: { uri: string, user: string, password: string } | null
  /** Connection string of a running Postgres; null: a managed child. */
  databaseUrl: string | null
  /** Address of a running Redis; null: an in-process LRU. */
  redisUrl: string | null
  /** Folder that holds `Xenova/all-MiniLM-L6-v2`; null: `dataDir/models` when it is there, else the hub. */
  modelDir: string | null
  /** `auto`: MiniLM when its weights can be had, else the hashed embedder. */
  embedder: 'auto' | 'minilm' | 'hashed'
  host: string
  port: number
  /** Origins whose pages may call from a browser. */
  corsOrigins: string[]
  /** File of the secret that signs tokens, shared by all processes; null: made in the data folder. */
  jwtSecretFile: string | null
  /** Lifetimes in seconds. */
  accessTokenTtlS: number
  refreshTokenTtlS: number
  /** Requests a minute: of an address without account, of a member, of a member of the tier `enterprise`. */
  rateLimits: { guest: number, member: number, enterprise: number }
  /** Whether answers come from the graph as arrays in this process; off: always from Neo4j. */
  projection: boolean
  /** The largest file that is taken for import over HTTP, in bytes. */
  importMaxBytes: number
  logLevel: string
  /** The tenant that accounts join which found none, and of the command line. */
  tenantId: string
  /** Java heap and page cache of the managed Neo4j, in MiB. */
  neo4jHeapMb: number
  neo4jPageCacheMb: number
}

type Env = Record<string, string | undefined>

export function loadConfig (env: Env = process.env): Config {
  const text = (name: string) => env[name] || null
  return {
    dataDir: resolve(text('TERAFFI_DATA_DIR') ?? '.data'),
    neo4j: neo4jOf(text),
    databaseUrl: text('DATABASE_URL'),
    redisUrl: text('REDIS_URL'),
    modelDir: text('TERAFFI_MODEL_DIR'),
    embedder: oneOf(env, 'TERAFFI_EMBEDDER', ['auto', 'minilm', 'hashed']),
    host: text('HOST') ?? '127.0.0.1',
    port: integer(env, 'PORT', 3000, 65_535),
    corsOrigins: (text('TERAFFI_CORS_ORIGINS') ?? '').split(',').map((origin) => origin.trim()).filter(Boolean),
    jwtSecretFile: text('TERAFFI_JWT_SECRET_FILE'),
    accessTokenTtlS: integer(env, 'TERAFFI_ACCESS_TOKEN_TTL_S', 3600),
    refreshTokenTtlS: integer(env, 'TERAFFI_REFRESH_TOKEN_TTL_S', 7 * 24 * 3600),
    rateLimits: rates(text('TERAFFI_RATE_LIMITS') ?? '30,100,1000'),
    projection: oneOf(env, 'TERAFFI_PROJECTION', ['on', 'off']) === 'on',
    importMaxBytes: integer(env, 'TERAFFI_IMPORT_MAX_MB', 2_048) * 2 ** 20,
    logLevel: text('LOG_LEVEL') ?? 'info',
    tenantId: text('TERAFFI_TENANT') ?? 'demo',
    neo4jHeapMb: integer(env, 'TERAFFI_NEO4J_HEAP_MB', 1536),
    neo4jPageCacheMb: integer(env, 'TERAFFI_NEO4J_PAGE_CACHE_MB', 512)
  }
}

function neo4jOf (text: (name: string) => string | null): Config['neo4j'] {
  const uri = text('NEO4J_URI')
  if (uri === null) return null
  if (!/^(?:bolt|neo4j)(?:\+s|\+ssc)?:\/\/./.test(uri)) throw new Error(`NEO4J_URI is "${uri}"; it must begin with bolt:// or neo4j://`)
  return { uri, user: text('NEO4J_USER') ?? 'neo4j', password: text('NEO4J_PASSWORD') ?? '' }
}

function oneOf<T extends string> (env: Env, name: string, values: [T, ...T[]]): T {
  const value = env[name] || values[0]
  if (!(values as string[]).includes(value)) throw new Error(`${name} is "${value}"; it must be one of ${values.join(', ')}`)
  return value as T
}

function integer (env: Env, name: string, fallback: number, most = 1_048_576): number {
  const value = env[name] ? Number(env[name]) : fallback
  if (!Number.isInteger(value) || value < 0 || value > most) throw new Error(`${name} is "${env[name]}"; it must be a whole number up to ${most}`)
  return value
}

function rates (value: string): Config['rateLimits'] {
  const [guest, member, enterprise, ...rest] = value.split(',').map(Number)
  if ([guest, member, enterprise].some((rate) => !Number.isInteger(rate) || rate! <= 0) || rest.length > 0) {
    throw new Error(`TERAFFI_RATE_LIMITS is "${value}"; it must be three whole numbers, as in 30,100,1000`)
  }
  return { guest: guest!, member: member!, enterprise: enterprise! }
}

/** Whether someone wants to see stacks and inner steps (`DEBUG`). */
export const debugging = (env: Env = process.env): boolean => Boolean(env.DEBUG)

/** What child processes inherit: where programs and Java are found. */
export const surroundings = (env: Env = process.env): Env => env
