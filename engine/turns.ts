import { setImmediate as nextTurn } from 'node:timers/promises'

/** Lets acts happen one after the other, in the order in which they were asked for; one that fails does not stop the next. */
export function turns () {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(act: () => Promise<T>): Promise<T> => {
    const mine = last.then(act)
    last = mine.catch(() => {})
    return mine
  }
}

/** The same for each of many; whoever has nobody waiting is forgotten. */
export function turnsOfEach () {
  const waiting = new Map<string, { inTurn: ReturnType<typeof turns>, acts: number }>()
  return async <T>(id: string, act: () => Promise<T>): Promise<T> => {
    const mine = waiting.get(id) ?? { inTurn: turns(), acts: 0 }
    waiting.set(id, mine)
    mine.acts++
    try {
      return await mine.inTurn(act)
    } finally {
      if (--mine.acts === 0) waiting.delete(id)
    }
  }
}

/** For long work, to be awaited between its steps: lets whatever waits for the event loop go first when these have taken long enough. */
export function breaks (everyMs = 10) {
  let since = performance.now()
  return async (): Promise<void> => {
    if (performance.now() - since < everyMs) return
    await nextTurn()
    since = performance.now()
  }
}
