import type { Span } from '../../models/triple.js'

export interface Sentence extends Span { text: string }

const ABBREVIATION = /(?:^|[\s(])(?:[A-Z]|mr|mrs|ms|dr|st|prof|jr|sr|vs|etc|e\.g|i\.e|inc|ltd|co|approx|est|no|ft|feat|u\.s|u\.k|[a-z]\.[a-z])\.$/i
// A full stop (or two), then whatever closes a quotation; a line break; or a sign that profiles use as one.
const BREAK = /[.!?…]+["'”’)\]]*(?=\s)|\r?\n|\s[|•·●▪►➤✦★☆✨→]+(?=\s|$)|\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic}|\ufe0f)*/gu

/** The sentences of a text, in its own offsets. Line breaks, bullets and emoji also end one, as profiles use them. */
export function sentences (text: string): Sentence[] {
  const found: Sentence[] = []
  let start = 0
  const cut = (end: number) => {
    const sentence = trimmed(text, start, end)
    if (sentence !== null) found.push(sentence)
    start = end
  }
  for (const match of text.matchAll(BREAK)) {
    const end = match.index + match[0].length
    if (!continues(text, start, match[0], end)) cut(end)
  }
  cut(text.length)
  return found
}

/** Whether a full stop belongs to an abbreviation or an initial, or the next word goes on in lower case. */
function continues (text: string, start: number, stop: string, end: number): boolean {
  if (!/^[.!?…]/.test(stop)) return false
  const next = /^\s*(\S)/u.exec(text.slice(end, end + 40))?.[1]
  if (stop === '.' && ABBREVIATION.test(text.slice(Math.max(start, end - 12), end))) return next !== undefined && !/^ etc/.test(text.slice(end - 5))
  return /^[…]|^\.{2,}/.test(stop) && next !== undefined && /\p{Ll}/u.test(next)
}

function trimmed (text: string, start: number, end: number): Sentence | null {
  const raw = text.slice(start, end)
  if (!/[\p{L}\p{N}]/u.test(raw)) return null
  const from = start + /^[\s\p{Pd}*•·]*/u.exec(raw)![0].length
  const to = start + raw.trimEnd().length
  return from < to ? { text: text.slice(from, to), start: from, end: to } : null
}
