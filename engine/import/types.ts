import { isNumber } from './rows.js'

/** An integer type: the largest value; the smallest is one below its negative. JavaScript is exact up to 2^53 - 1. */
const INTEGERS: Record<string, number> = { byte: 127, short: 32_767, int: 2_147_483_647, long: Number.MAX_SAFE_INTEGER }
const DAY = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?`
const ZONE = String.raw`(?:Z|[+-]\d{2}:?\d{2})`
const FORMS: Record<string, { form: RegExp, hint: string }> = {
  boolean: { form: /^(?:true|false)$/i, hint: 'Write true or false.' },
  char: { form: /^.$/su, hint: 'Write one character.' },
  date: { form: new RegExp(`^${DAY}$`), hint: 'Write dates as 2026-11-01.' },
  datetime: { form: new RegExp(`^${DAY}T${TIME}${ZONE}?(?:\\[[\\w/+-]+\\])?$`), hint: 'Write moments as 2026-11-01T09:30:00Z.' },
  localdatetime: { form: new RegExp(`^${DAY}T${TIME}$`), hint: 'Write moments as 2026-11-01T09:30:00.' },
  time: { form: new RegExp(`^${TIME}${ZONE}?$`), hint: 'Write times as 09:30:00Z.' },
  localtime: { form: new RegExp(`^${TIME}$`), hint: 'Write times as 09:30:00.' },
  duration: { form: /^P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/, hint: 'Write durations as P1DT2H.' },
  point: { form: /^\{\s*\w+\s*:[^{}]+\}$/, hint: 'Write points as {latitude: 52.5, longitude: 13.4}.' }
}

/** The types of columns that neo4j-admin knows, in lower case. */
export const TYPES: ReadonlySet<string> = new Set([...Object.keys(INTEGERS), 'float', 'double', 'string', ...Object.keys(FORMS)])

/** The values of an array. */
export const listed = (value: string) => value.split(';').map((one) => one.trim())

/** What is wrong with a value of a type such as `int` or `string[]`: how to write it; null where nothing is. */
export function valued (value: string, type: string): string | null {
  if (!type.endsWith('[]')) return single(value, type)
  return listed(value).map((one) => single(one, type.slice(0, -2))).find((wrong) => wrong !== null) ?? null
}

function single (value: string, type: string): string | null {
  const most = INTEGERS[type]
  if (most !== undefined) return isInteger(value, most) ? null : `Write an integer of at most ${most}.`
  if (type === 'float' || type === 'double') return isNumber(value) ? null : 'Write a number.'
  const form = FORMS[type]
  return form === undefined || form.form.test(value) ? null : form.hint
}

const isInteger = (value: string, most: number) => /^[+-]?\d+$/.test(value) && Number(value) <= most && Number(value) >= -most - 1
