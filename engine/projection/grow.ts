export const GROWTH = 1.5

/** Twice as much where it grows by little, just enough where the size is given beforehand. */
export const lengthFor = (size: number, held: number) => Math.max(size, Math.ceil(GROWTH * held))

/** The longer array with what the old one held. */
export function grown<T extends Uint8Array | Uint16Array | Uint32Array> (old: T, fresh: T): T {
  fresh.set(old as never)
  return fresh
}

/** Sets what is known of a number, or forgets it. */
export function put<T> (map: Map<number, T>, n: number, value: T | null): void {
  if (value === null) map.delete(n)
  else map.set(n, value)
}
