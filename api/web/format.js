/** How things are written. */

const LANGUAGE = navigator.language

export const score = (value) => value.toFixed(2)
export const percent = (share) => `${Math.round(100 * share)} %`
export const words = (name) => name.replaceAll('_', ' ')
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)
export const day = (iso) => new Date(iso).toLocaleDateString(LANGUAGE, { day: 'numeric', month: 'short', year: 'numeric' })
export const moment = (iso) => new Date(iso).toLocaleString(LANGUAGE, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

const digitsOf = (currency) => new Intl.NumberFormat(LANGUAGE, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits

/** An amount in minor units, as people write it. */
export const money = (minor, currency) => new Intl.NumberFormat(LANGUAGE, { style: 'currency', currency }).format(minor / 10 ** digitsOf(currency))

/** What a person typed ("1,200.50") in minor units, worked out on the digits; NaN where it is no amount. */
export function minorOf (typed, currency) {
  const [, whole, part = ''] = /^(\d{1,12})(?:\.(\d+))?$/.exec(typed.replaceAll(/[\s,']/g, '')) ?? []
  const digits = digitsOf(currency)
  return whole === undefined || part.length > digits ? NaN : Number(whole + part.padEnd(digits, '0'))
}

/** "5" or "2.5" percent in parts per million; NaN where it is no share. */
export function ppmOf (typed) {
  const [, whole, part = ''] = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(typed.trim()) ?? []
  const ppm = whole === undefined ? NaN : Number(whole + part.padEnd(4, '0'))
  return ppm <= 1_000_000 ? ppm : NaN
}

/** The terms of the score, as a person reads them. */
export const TERMS = {
  goal: 'Wishes met',
  shared: 'In common',
  direct: 'Said of each other',
  audience: 'Audience',
  trend: 'Trends',
  walk: 'Through others',
  similarity: 'Read alike',
  goalSimilarity: 'Wish reads like them',
  feedback: 'Your say',
  conflict: 'Against it'
}
