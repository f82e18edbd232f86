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
