import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Affinity, CitedFact, Reason } from '../models/affinity.js'
import type { Triple } from '../models/triple.js'

export type Out = NodeJS.WritableStream & { isTTY?: boolean, hasColors?: () => boolean }

const ANSI = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], cyan: [36, 39] } as const
export type Paint = Record<keyof typeof ANSI, (text: string) => string>

/** Colour is for eyes: never in a pipe, and not where NO_COLOR forbids it (`hasColors` knows). */
export function painter (out: Out): Paint {
  const colours = out.isTTY === true && out.hasColors?.() === true
  return Object.fromEntries(Object.entries(ANSI).map(([name, [on, off]]) =>
    [name, (text: string) => colours ? `\x1b[${on}m${text}\x1b[${off}m` : text])) as Paint
}

/** Matches for a person: who, how much by which term, and each reason with its path and the sentence behind it. */
export function showMatches (matches: Affinity[], paint: Paint): string {
  if (matches.length === 0) return paint.dim('No one fits yet; say more about yourself, or loosen the filters.')
  const scale = Math.max(...matches.flatMap(({ components }) => Object.values(components).map(Math.abs)))
  return matches.map((match) => showMatch(match, scale, paint)).join('\n\n')
}

function showMatch ({ rank, name, kind, id, score, confidence, components, reasons, warnings }: Affinity, scale: number, paint: Paint): string {
  const parts = Object.entries(components).filter(([, value]) => value !== 0).sort(([, a], [, b]) => b - a)
  return [
    `${paint.bold(`${rank}. ${plain(name)}`)} ${paint.dim(`(${kind}, ${plain(id)})`)}  score ${paint.bold(score.toFixed(3))}  confidence ${confidence.toFixed(2)}`,
    ...parts.map(([term, value]) => `   ${term.padEnd(15)}${value.toFixed(3).padStart(7)}  ${paint.cyan(bar(value, scale))}`),
    ...reasons.flatMap((reason) => showReason(reason, paint)),
    ...warnings.map((warning) => `   ${paint.red(`! ${plain(warning)}`)}`)
  ].join('\n')
}

function showReason ({ text, value, path, facts }: Reason, paint: Paint): string[] {
  const quotes = new Set(facts.filter(({ sentence }) => sentence !== '').map(({ sentence, source }) => `"${plain(sentence)}" ${paint.dim(plain(source))}`))
  return [
    `   ${value < 0 ? paint.red('-') : paint.green('+')} ${plain(text)} ${paint.dim(`[${value.toFixed(3)}]`)}`,
    ...(path.length > 1 ? [`     ${paint.dim(showPath(path, facts))}`] : []),
    ...[...quotes].map((quote) => `     ${quote}`)
  ]
}

/** `member:mia -SEEKS-> topic:coffee <-SELLS- brand:loma`: entity and fact ids in turn, the arrow as the fact points. */
export function showPath (path: string[], facts: CitedFact[]): string {
  return path.map((id, place) => {
    if (place % 2 === 0) return plain(id)
    const fact = facts.find((cited) => cited.id === id)
    const name = fact === undefined ? plain(id) : plain(fact.relation === 'MENTIONS' ? fact.lemma : fact.relation)
    return fact === undefined || fact.subject === path[place - 1] ? `-${name}->` : `<-${name}-`
  }).join(' ')
}

export function showTriple ({ subject, predicate, object, relation, polarity, modality }: Triple, paint: Paint): string {
  const qualities = [relation, ...(polarity === '-' ? ['not'] : []), ...(modality === 'certain' ? [] : [modality])].join(', ')
  return `${plain(subject)} ${paint.dim('|')} ${plain(predicate)} ${paint.dim('|')} ${plain(object)}  ${paint.dim(`(${qualities})`)}`
}

/** Rows in columns, as wide as they need to be. */
export function table (rows: Record<string, unknown>[], columns = Object.keys(rows[0] ?? {})): string {
  const cells = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))]
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)))
  return cells.map((row) => row.map((text, at) => text.padEnd(widths[at]!)).join('  ').trimEnd()).join('\n')
}

export type RowFormat = 'table' | 'csv' | 'jsonl'

/** Rows for eyes, for a spreadsheet (RFC 4180), or as an object a line. */
export function rowsAs (format: RowFormat, columns: string[], rows: unknown[][]): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])))
  if (format === 'jsonl') return objects.map((row) => JSON.stringify(row)).join('\n')
  return format === 'table' ? table(objects, columns) : [columns, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')
}

/** A text that a spreadsheet would take for a formula gets a quote before it. */
function csvCell (value: unknown): string {
  const text = value === null || value === undefined ? '' : typeof value === 'string' ? value.replace(/^[=+\-@\t\r](?=.)/s, "'$&") : JSON.stringify(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const cell = (value: unknown) => plain(typeof value === 'string' ? value : JSON.stringify(value) ?? '')

/** Text from outside loses its control characters, so that no profile can steer a terminal. */
export const plain = (text: string) => text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ')

function bar (value: number, scale: number, width = 20): string {
  return '█'.repeat(Math.max(1, Math.round(width * Math.abs(value) / (scale || 1))))
}

/** Asks line by line; works the same for a person and for a pipe. At the end of input the answer is null. */
export function asker (input: Readable, out: Out) {
  const lines = createInterface({ input, terminal: false })
  const each = lines[Symbol.asyncIterator]()
  return {
    async ask (question: string): Promise<string | null> {
      out.write(question)
      const { value, done } = await each.next()
      return done === true ? null : String(value).trim()
    },
    close: () => { lines.close() }
  }
}
