/** The two halves of a fact id: 'f' and sixteen hexadecimal digits. */
export const idWords = (factId: string): [number, number] => [parseInt(factId.slice(1, 9), 16), parseInt(factId.slice(9, 17), 16)]
/** The four digits of each half word. */
const HEX = Array.from({ length: 2 ** 16 }, (_, half) => half.toString(16).padStart(4, '0'))
export const hex = (word: number) => HEX[word >>> 16]! + HEX[word & 0xffff]!
