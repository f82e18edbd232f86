import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import neo4j from 'neo4j-driver'
import t, { type Test } from 'tap'
import { WEIGHTS } from '../engine/affinity/weights.js'
import { loadConfig } from '../engine/config.js'
import { openStores } from '../engine/stores.js'
import { KINDS, RELATIONS } from '../models/vocabulary.js'
import { testConfig } from './world.js'

/**
 * Walks through the README: every block marked `sh run` runs, every Cypher block is asked, and what the block after it shows is looked
 * for in what came out: ids, relations and all that stands in quotes. Figures, and answers cut with …, may differ.
 */

const readme = readFileSync('README.md', 'utf8')
const tenantId = `readme-${randomUUID()}`
const config = loadConfig({ ...testConfig(), TERAFFI_EMBEDDER: 'hashed', TERAFFI_TENANT: tenantId })
const env = { ...process.env, NODE_OPTIONS: '', TERAFFI_DATA_DIR: config.dataDir, TERAFFI_TENANT: tenantId, TERAFFI_EMBEDDER: 'hashed' }

interface Block { kind: string, code: string, shown: string }
/** The blocks that do something, each with the block of output that follows it. */
const blocks = fences(readme).flatMap(({ kind, code }, at, all): Block[] => {
  const next = all[at + 1]
  return kind === 'sh run' || kind === 'cypher' ? [{ kind, code, shown: next !== undefined && ['text', 'json'].includes(next.kind) ? next.code : '' }] : []
})

function fences (markdown: string): { kind: string, code: string }[] {
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, kind, code]) => ({ kind: kind!, code: code! }))
}

/** Of a shown output, what must be in the real one. */
function keyWords (shown: string): string[] {
  const ids = shown.match(new RegExp(`\\b(?:${[...KINDS, 'user'].join('|')}):[a-z0-9-]+`, 'g')) ?? []
  const relations = shown.match(new RegExp(`\\b(?:${RELATIONS.join('|')})\\b`, 'g')) ?? []
  const imports = shown.match(/\bi[0-9a-f]{12}-\w+/g) ?? []
  const quotes = Array.from(shown.matchAll(/"([^"…\n]+)"/g), ([, quoted]) => quoted!)
  return [...new Set([...ids, ...relations, ...imports, ...quotes])]
}

t.test('every command of the README runs and shows what it says', async (t) => {
  const server = spawn(process.execPath, ['bin/teraffi.mjs', 'start'], { env: { ...env, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => server.kill('SIGKILL'))
  const address = await addressOf(server)
  const elsewhere = t.testdir() // where `stores down` finds nothing of the test run to stop

  const asHere = (code: string) => code
    .replaceAll('127.0.0.1:3000', address)
    .replaceAll('login-teraffi.json', `login-${tenantId}.json`)
    .replaceAll(/(?:\.\/)?\.data\//g, `${config.dataDir}/`)

  for (const { kind, code, shown } of blocks) {
    const given = config.neo4j !== null && code.includes('.data/neo4j') // there is no managed Neo4j to look at
    await t.test(code.trim().split('\n')[0]!, { skip: given ? 'NEO4J_URI is set' : false }, async (t) => {
      const dataDir = code.includes('stores down') ? elsewhere : config.dataDir
      const output = kind === 'cypher' ? await ask(code) : await run(t, asHere(code), dataDir, answersIn(shown))
      t.strictSame(keyWords(shown).filter((word) => !output.includes(word)), [], 'what is shown comes out')
      if (code.includes(pictured.command)) t.strictSame(keyWords(pictured.shown).filter((word) => !output.includes(word)), [], 'and what is pictured')
    })
  }

  server.kill('SIGTERM')
  t.strictSame(await once(server, 'exit'), [0, null], 'the server that `npm start` starts ends on a signal')
})

/** `127.0.0.1:4711` once the server says that it answers there; it has loaded the demo world by then. */
async function addressOf (server: ChildProcess): Promise<string> {
  let out = ''
  return await new Promise((resolve, reject) => {
    server.stdout!.setEncoding('utf8').on('data', (more) => {
      out += String(more)
      const address = /answers at http:\/\/(\S+)\/api\/v1/.exec(out)?.[1]
      if (address !== undefined) resolve(address)
    })
    server.stderr!.resume()
    server.once('exit', () => { reject(new Error(`teraffi start did not serve: ${out}`)) })
  })
}

/** Lines such as `> Nora Quist` are what a person types. */
const answersIn = (shown: string) => Array.from(shown.matchAll(/^> (.*)\n/gm), ([, answer]) => `${answer}\n`).join('')

async function run (t: Test, code: string, dataDir: string, input: string): Promise<string> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', code], { env: { ...env, TERAFFI_DATA_DIR: dataDir } })
  child.stdin.on('error', () => {}).end(input)
  const [out, err, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  t.equal(exit, 0, err)
  t.notMatch(out, '"error":', 'an answer, not a failure')
  t.ok(out.trim().length > 0, 'it says something')
  return out
}

/** What Neo4j answers to a query as an analyst pastes it, the tenant put in. */
async function ask (cypher: string): Promise<string> {
  const stores = await openStores(config)
  const driver = neo4j.driver(stores.neo4j.uri, neo4j.auth.basic(stores.neo4j.user, stores.neo4j.password))
  try {
    const { keys, records } = await driver.executeQuery(cypher.replaceAll("'demo'", `'${tenantId}'`), {}, { database: 'neo4j' })
    return JSON.stringify([keys, ...records.map((record) => [...record.values()])])
  } finally {
    await driver.close()
    await stores.close()
  }
}

/** The picture as words: the command it shows, and what came out when it was drawn. */
const pictured = (() => {
  const [, command = '', shown = ''] = /^\$ (.*)\n([\s\S]*)/.exec(wordsOf(readFileSync('docs/images/match.svg', 'utf8'))) ?? []
  return { command, shown }
})()

function wordsOf (svg: string): string {
  return Array.from(svg.matchAll(/<text.*<\/text>/g), ([line]) => line.replaceAll(/<[^>]*>/g, '')).join('\n')
    .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

t.test('the picture is of a command that the README runs, and shows a path', async (t) => {
  t.ok(pictured.command !== '' && blocks.some(({ code }) => code.split('\n').includes(pictured.command)), pictured.command)
  t.match(pictured.shown, /\w+:\S+ -[A-Z_]+-> \w+:\S+ <-[A-Z_]+- \w+:\S+/)
  t.ok(keyWords(pictured.shown).length > 5)
})

t.test('npm scripts that are named exist', async (t) => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
  const named = Array.from(readme.matchAll(/\bnpm (?:run )?(start|test|(?<=run )[a-z:]+)/g), ([, name]) => name!)
  t.ok(new Set(named).size > 5)
  t.strictSame(named.filter((name) => scripts[name] === undefined), [])
})

t.test('every relative link leads somewhere', async (t) => {
  const pages = ['README.md', ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => join('docs', name))]
  for (const page of pages) {
    const links = Array.from(readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link!).filter((link) => !/^(https?:|#)/.test(link))
    t.ok(links.length > 0, `${page} has links`)
    t.strictSame(links.filter((link) => !existsSync(join(dirname(page), link.replace(/#.*/, '')))), [], page)
  }
})

t.test('the table of rooms is the one that test/tidy.test.ts holds the imports to', async (t) => {
  const told = Array.from(readFileSync('docs/architecture.md', 'utf8').matchAll(/^\| ((?:`\w+`(?:, )?)+) \| ([\w, ]+) \|$/gm), ([, rooms, from]) =>
    rooms!.split(', ').map((room) => `${room.slice(1, -1)}: ${from!.replace('nothing', '')}`)).flat()
  const may = /const MAY[^{]*\{([^}]*)\}/.exec(readFileSync('test/tidy.test.ts', 'utf8'))![1]!
  const held = Array.from(may.matchAll(/^ +(\w+): \[(.*)\]/gm), ([, room, from]) => `${room}: ${from!.replaceAll("'", '')}`)
  t.strictSame(told.toSorted(), held.filter((line) => !/^(models|errors):/.test(line)).toSorted())
  const drawn = wordsOf(readFileSync('docs/images/house.svg', 'utf8').replaceAll('</text>', '</text>\n')) // some share a line
  t.strictSame(held.map((line) => line.split(':')[0]!).filter((room) => !new RegExp(`\\b${room}\\b`).test(drawn)), [], 'each is in the picture')
})

t.test('the table of settings lists exactly the variables of .env.example', async (t) => {
  const listed = Array.from(section('Settings').matchAll(/^\| `([A-Z][A-Z0-9_]*)`/gm), ([, name]) => name!)
  const known = Array.from(readFileSync('.env.example', 'utf8').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm), ([, name]) => name!)
  t.strictSame(listed.toSorted(), known.toSorted())
})

t.test('the table of terms has the weights that are used', async (t) => {
  const told = Array.from(section('How a score is made').matchAll(/^\| `(\w+)`.*\| ([\d.]+) \|$/gm), ([, term, weight]) => [term, Number(weight)])
  t.strictSame(Object.fromEntries(told), WEIGHTS)
})

t.test('the figures are those of benchmarks/results, rounded', async (t) => {
  const rows = [...section('Measured').matchAll(/^\|.*\| ([\d.]+)[^|]*\| `([\w-]+)\.(\w+)` \|$/gm)]
  t.ok(rows.length > 3)
  for (const [, told, name, field] of rows) {
    const measured: number = JSON.parse(readFileSync(`benchmarks/results/${name}.json`, 'utf8')).figures[field!]
    t.equal(told, measured.toFixed(told!.split('.')[1]?.length ?? 0), `${name}.${field} is ${measured}`)
  }
})

const section = (title: string) => readme.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? ''
