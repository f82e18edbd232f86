/** Lets acts happen one after the other, in the order in which they were asked for; one that fails does not stop the next. */
export function turns () {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(act: () => Promise<T>): Promise<T> => {
    const mine = last.then(act)
    last = mine.catch(() => {})
    return mine
  }
}
