import { createHash } from 'node:crypto'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * The source as a few files of JavaScript, made from it and found again as long as nothing in it has changed: a start that strips no types and
 * opens few files takes a third of the time. Nobody needs it; where it is missing the source runs as it is.
 */

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const CACHE = join(ROOT, 'node_modules', '.cache', 'teraffi')
const FOLDERS = ['api', 'engine', 'models', 'seeds', 'benchmarks']
/** A library of several hundred small files, which goes in with ours; the others are read where they are. */
const TAKEN_IN = /^typebox(?:\/|$)/
const KEPT_MS = 24 * 3_600_000

/** Where the packed program is to be, or is. Its name is a hash of when each file was changed. */
export function packed () {
  const files = FOLDERS.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => join(folder, name))).sort()
  const hash = createHash('sha256')
  for (const name of [...files, 'package-lock.json', 'scripts/pack.mjs']) {
    const { mtimeMs, size } = statSync(join(ROOT, name))
    hash.update(`${name} ${mtimeMs} ${size}\n`)
  }
  return join(CACHE, hash.digest('hex').slice(0, 16), 'cli.js')
}

/** Makes it; it is there whole or not at all. */
async function pack () {
  const { build } = await import('esbuild')
  const folder = dirname(packed())
  if (existsSync(folder)) return
  const part = `${folder}.${process.pid}.part`
  await mkdir(CACHE, { recursive: true })
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['api/cli.ts'],
    outdir: part,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    plugins: [{ name: 'ours', setup: ours }]
  })
  await rename(part, folder)
  removeOld()
}

/** Packages stay outside, and each file of ours knows where it was. */
function ours ({ onResolve, onLoad }) {
  onResolve({ filter: /^[^./]/ }, ({ path, kind }) => kind === 'entry-point' || TAKEN_IN.test(path) ? undefined : { path, external: true })
  onLoad({ filter: /\.ts$/ }, async ({ path }) => {
    const text = await readFile(path, 'utf8')
    return { loader: 'ts', contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)) }
  })
}

/** What a server that runs may still read from stays for a day. */
function removeOld () {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name)
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await pack()
