import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DiscoverRequest } from '../models/affinity.js'
import { loadConfig } from '../engine/config.js'
import { createEngine, type Engine } from '../engine/engine.js'
import { bench, percentile, type Bench, type Figures } from './bench.js'
import { load } from './load/pairs.js'

/** The last two are the seeds' own. */
const TARGETS = {
  readP99Ms: { most: 50 },
  syncP99Ms: { most: 50 },
  importP99Ms: { most: 50 },
  cachedMs: { most: 2_000 },
  refinementMs: { most: 5_000 }
}

const TIMER_MS = 1
const PAUSE_MS = 20
const TEXT_WORDS = 'repairs bicycles bakes rye bread restores maps roasts coffee builds kites grows dahlias prints posters tunes pianos'.split(' ')

// How long does whatever comes in wait for the event loop while heavy work is done beside it, on the graph of Gowalla: while its arrays are read, while
// new texts are embedded and indexed, while a file is imported? All the time somebody asks, one question after the other, as a server would be asked.
await bench('loop', async (b) => {
  const config = loadConfig()
  const tenantId = b.full ? 'loop' : 'loop-smoke'
  const seekers = await prepared(config, tenantId, b)
  const engine = await createEngine(config)
  try {
    const asking = (act: () => Promise<unknown>) => whileAsked(engine, tenantId, seekers, act)
    b.report(await asking(() => settled(engine, tenantId)).then((delay) => named(delay, 'read')))
    b.report(named(await asking(() => sleep(b.size('idleMs', { smoke: 50, full: 5_000 }))), 'idle'))
    b.report(named(await asking(() => tell(engine, tenantId, b)), 'sync'))
    b.report(named(await asking(() => importNew(engine, tenantId, b)), 'import'))
    b.report(await asked(engine, tenantId, seekers, b))
  } finally {
    await engine.close()
  }
}, { targets: TARGETS })

/** The graph, if it is not there yet, and who asks. The engine is another one, so that the next one has the arrays still to read. */
async function prepared (config: ReturnType<typeof loadConfig>, tenantId: string, b: Bench): Promise<string[]> {
  const engine = await createEngine(config)
  try {
    return (await load(engine, tenantId, b)).slice(0, b.size('seekersAsked', { smoke: 5, full: 500 }))
  } finally {
    await engine.close()
  }
}

interface Delay { p99Ms: number, maxMs: number, answers: number, seconds: number }

/** How late the event loop is while something is done and somebody asks. */
async function whileAsked (engine: Engine, tenantId: string, seekers: string[], act: () => Promise<unknown>): Promise<Delay> {
  const done = new AbortController()
  let answers = 0
  const ask = async () => {
    for (; !done.signal.aborted; answers++) {
      await engine.discover(tenantId, { memberId: seekers[answers % seekers.length]!, kinds: ['item'], limit: 10 })
      await sleep(PAUSE_MS)
    }
  }
  const started = performance.now()
  const gaps = gapsUntil(done.signal)
  const asking = ask()
  await act().finally(() => done.abort())
  await asking
  const held = await gaps
  return { p99Ms: waited(held, 0.01), maxMs: Math.max(...held), answers, seconds: (performance.now() - started) / 1_000 }
}

/** How long the event loop was held each time, beyond the millisecond that its timers take. */
async function gapsUntil (signal: AbortSignal): Promise<number[]> {
  const gaps: number[] = []
  for (let last = performance.now(); !signal.aborted;) {
    await sleep(TIMER_MS)
    const now = performance.now()
    gaps.push(Math.max(0, now - last - TIMER_MS))
    last = now
  }
  return gaps
}

/**
 * What this share of all arrivals waits longer than, were one to arrive at any moment: who comes while the loop is held for 200 ms waits for 0 to 200.
 * A percentile of the gaps would count such a hold once, as if it were as short as the others.
 */
function waited (gaps: number[], share: number): number {
  const time = gaps.reduce((sum, gap) => sum + gap + TIMER_MS, 0)
  let [low, high] = [0, Math.max(...gaps)]
  while (high - low > 0.01) {
    const middle = (low + high) / 2
    if (gaps.reduce((sum, gap) => sum + Math.max(0, gap - middle), 0) > share * time) low = middle
    else high = middle
  }
  return high
}

function named (delay: Delay, phase: string): Figures {
  return Object.fromEntries(Object.entries(delay).map(([key, value]) => [`${phase}${key[0]!.toUpperCase()}${key.slice(1)}`, value]))
}

/** Until answers come from the arrays: only they know what is to be expected of each degree. */
async function settled (engine: Engine, tenantId: string): Promise<void> {
  while (Object.keys((await engine.walkSettings(tenantId)).prior).length === 0) await sleep(PAUSE_MS)
}

/** New members with texts of their own; the index takes them in. */
async function tell (engine: Engine, tenantId: string, { size }: Bench): Promise<void> {
  const mark = Date.now().toString(36) // each run tells of others
  const word = (i: number) => TEXT_WORDS[i % TEXT_WORDS.length]!
  const descriptions = Array.from({ length: size('texts', { smoke: 20, full: 5_000 }) }, (_, i) => {
    const name = `Reader ${mark} ${i}`
    const profile = `${name} ${word(i)} and ${word(i * 7 + 3)}, and ${word(i * 3 + 5)} for ${word(i + 1)} number ${i}.`
    return { id: `member:reader-${mark}-${i}`, label: 'Member' as const, name, properties: {}, profile, goals: null, content: null }
  })
  await engine.learn(tenantId, { descriptions })
}

/** A file of new users, each with items that others have. */
async function importNew (engine: Engine, tenantId: string, { size }: Bench): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'teraffi-'))
  const mark = Date.now().toString(36)
  const users = Array.from({ length: size('newUsers', { smoke: 5, full: 1_000 }) }, (_, user) =>
    [`${mark}-${user}`, ...Array.from({ length: 20 }, (_, i) => (user * 7919 + i * i * 31) % 30_000)].join(' '))
  try {
    await writeFile(join(dir, 'pairs.txt'), users.join('\n'))
    await engine.importFile(tenantId, { path: join(dir, 'pairs.txt'), format: 'pairs' })
  } finally {
    await rm(dir, { recursive: true })
  }
}

/** The 99th percentile of a list that is kept, and of one that is refined after it was seen: with wishes, and with a filter. */
async function asked (engine: Engine, tenantId: string, seekers: string[], { size, time }: Bench): Promise<Figures> {
  const runs = size('runs', { smoke: 4, full: 200 })
  const someone = (run: number) => seekers[run % Math.min(50, seekers.length)]!
  for (let run = 0; run < runs; run++) await engine.recommendations(tenantId, { memberId: someone(run) })
  let cached = 0 // reported, so that computing anew cannot pass for the cache
  const cachedMs = await time(runs, async (run) => { cached += Number((await engine.recommendations(tenantId, { memberId: someone(run) })).meta.cached) })

  const refined: Partial<DiscoverRequest>[] = [{ goals: ['someone who roasts coffee'] }, { kinds: ['item'], exclude: { seen: false } }, { filters: { industry: ['food'] } }]
  for (const memberId of new Set(Array.from({ length: runs }, (_, run) => someone(run)))) await engine.discover(tenantId, { memberId })
  const refinementMs = await time(runs, async (run) => engine.discover(tenantId, { memberId: someone(run), ...refined[run % refined.length] }))
  return { cached: cached / runs, cachedMs: percentile(cachedMs, 99), refinementMs: percentile(refinementMs, 99) }
}
