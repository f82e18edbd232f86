import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { loadConfig } from '../engine/config.js'
import { createEngine } from '../engine/engine.js'
import { fact, NOW } from './world.js'

/**
 * The victim of `kill.test.ts`: starts the engine, then writes numbered facts, or imports a file, until it is killed. What the engine
 * has acknowledged goes to a file that neither death can touch: a line for each number or each line of the import, synced to disk.
 */

export const TENANT = 'kill'
export const BATCH = 10
export const killConfig = (dataDir: string) => loadConfig({
  TERAFFI_DATA_DIR: dataDir, TERAFFI_EMBEDDER: 'hashed', TERAFFI_NEO4J_HEAP_MB: '384', TERAFFI_NEO4J_PAGE_CACHE_MB: '64'
})
/** The numbered facts of a batch; the same number is always the same fact. */
export const numbered = (batch: number) => Array.from({ length: BATCH }, (_, i) => batch * BATCH + i)
  .map((n) => fact(`w${n % 7} HAS_AFFINITY_WITH item:n${n}`))

async function main ([dataDir = '', ledger = '', file]: string[]): Promise<void> {
  const engine = await createEngine(killConfig(dataDir))
  const acknowledge = openLedger(ledger)
  console.log('ready')
  if (file) {
    await engine.importFile(TENANT, { path: file, format: 'pairs', batch: 5_000, onProgress: ({ line }) => acknowledge(`${file} ${line}`) })
  } else {
    // The batch after the last acknowledged one may be stored already: sending it again must not double it.
    for (let batch = countBatches(ledger); ; batch++) {
      await engine.learn(TENANT, { facts: numbered(batch) }, NOW)
      acknowledge(`batch ${batch}`)
    }
  }
  await engine.close()
}

function openLedger (path: string): (line: string) => void {
  const file = openSync(path, 'a')
  process.once('exit', () => closeSync(file))
  return (line) => {
    writeSync(file, line + '\n')
    fsyncSync(file)
  }
}

const countBatches = (ledger: string) => readFileSync(ledger, 'utf8').split('\n').filter((line) => line.startsWith('batch ')).length

if (process.argv[1]?.endsWith('kill-writer.ts')) await main(process.argv.slice(2))
