import { Presets, SingleBar } from 'cli-progress'
import type { Out } from './terminal.js'

/** How far a long task has come: a bar for a person, a line each tenth for a log. A total of 0: nobody knows. */
export function progress (out: Out) {
  const format = '{phase} [{bar}] {percentage}% {note}'
  const bar = out.isTTY === true ? new SingleBar({ format, stream: out, hideCursor: true, clearOnComplete: true }, Presets.legacy) : null
  let shown = ''
  return {
    update (phase: string, done: number, total: number, note = `${done} of ${total}`): void {
      if (bar !== null) {
        if (!bar.isActive) bar.start(total, 0, { phase, note })
        bar.setTotal(total)
        bar.update(done, { phase, note })
        return
      }
      const line = total === 0 ? phase : `${phase} ${Math.floor(10 * done / total) * 10}%`
      if (line !== shown) out.write(total === 0 ? `${line}\n` : `${line} (${note})\n`)
      shown = line
    },
    stop: () => { bar?.stop() }
  }
}

/** How fast an import is and how long it still takes, by what it has read since it was first asked: "120000 rows, 25000/s, 12 s left". */
export function paces (now: () => number = () => performance.now()) {
  let first: { at: number, read: number, bytes: number } | null = null
  return ({ read, bytes, totalBytes }: { read: number, bytes: number, totalBytes: number }): string => {
    first ??= { at: now(), read, bytes }
    const seconds = (now() - first.at) / 1000
    if (seconds === 0 || bytes === first.bytes) return `${read} rows`
    const left = (totalBytes - bytes) * seconds / (bytes - first.bytes)
    return `${read} rows, ${Math.round((read - first.read) / seconds)}/s, ${left < 120 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left`
  }
}
