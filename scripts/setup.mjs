import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Brings node_modules up to date. Plain JavaScript without imports of packages: on a fresh clone there are none. */

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

export function setup () {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    quit(`TERAFFI needs Node 20.19 or newer, and this is ${process.versions.node}; get a newer one from https://nodejs.org.`)
  }
  if (isInstalled()) return

  console.error('Installing packages (once) …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: ROOT, env: environment(), stdio: ['ignore', 2, 2] })
  if (status !== 0) quit('npm ci failed; what it said is above. Mend that and start again.')
}

/** npm notes what it installed; optional packages may be missing, since most are for other machines. */
function isInstalled () {
  const note = join(ROOT, 'node_modules', '.package-lock.json')
  if (!existsSync(note)) return false
  const installed = JSON.parse(readFileSync(note, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, optional }]) => path === '' || (installed[path]?.version ?? (optional && version)) === version)
}

/** hnswlib-node compiles against the headers beside node when they are there; onnxruntime has what it needs in its package. */
function environment () {
  const prefix = resolve(process.execPath, '../..')
  const headers = existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {}
  return { ...headers, ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip' }
}

function quit (message) {
  console.error(message)
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup()
