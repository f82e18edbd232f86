import type { FactProperties } from '../../models/triple.js'
import { PLATFORMS, REACH_UNITS } from './lexicon.js'

const NUMBER = String.raw`(\d[\d,]*(?:\.\d+)?)\s?(k|m|thousand|million|billion)?\+?`
const COUNT = new RegExp(String.raw`(?:^|[^\p{L}\d.$€£¥])${NUMBER}(?:\s?(?:-|–|to|and)\s?${NUMBER})?(?![\p{L}\d])`, 'iu')
const MONEY = new RegExp(String.raw`(?:(US\$|[$€£¥])\s?)?${NUMBER}(?:\s?(?:-|–|to|and)\s?[$€£¥]?${NUMBER})?(?:\s?(usd|eur|gbp|jpy|chf|sek|nok|dkk|pln|aud|cad|nzd|inr|brl|zar|dollars?|euros?|pounds?|€|£|\$))?`, 'iu')
const SCALE = new Map(Object.entries({ k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, billion: 1e9 }))
const CURRENCY = new Map(Object.entries({ $: 'USD', us$: 'USD', '€': 'EUR', '£': 'GBP', '¥': 'JPY', usd: 'USD', eur: 'EUR', gbp: 'GBP', jpy: 'JPY', chf: 'CHF', sek: 'SEK', nok: 'NOK', dkk: 'DKK', pln: 'PLN', aud: 'AUD', cad: 'CAD', nzd: 'NZD', inr: 'INR', brl: 'BRL', zar: 'ZAR', dollar: 'USD', dollars: 'USD', euro: 'EUR', euros: 'EUR', pound: 'GBP', pounds: 'GBP' }))

const value = (digits: string, scale: string | undefined): number => Number(digits.replace(/,/g, '')) * (SCALE.get(scale?.toLowerCase() ?? '') ?? 1)

/** "10k to 50k followers on TikTok" → its bounds, unit and platform; nothing where no number with a known unit or platform is named. */
export function counted (text: string, beside: string): FactProperties | undefined {
  const match = COUNT.exec(text)
  const unit = (text.toLowerCase().match(/\p{L}+/gu) ?? []).find((word) => REACH_UNITS.has(word))
  const platform = platformIn(`${text} ${beside}`)
  if (match === null || (unit === undefined && platform === undefined)) return undefined
  const bounds = range(match as unknown as NumberMatch)
  if (Object.values(bounds).some((bound) => !Number.isFinite(bound))) return undefined
  return { ...bounds, ...(unit === undefined ? {} : { unit }), ...(platform === undefined ? {} : { platform }) }
}

/** "X" only with its capital. */
function platformIn (text: string): string | undefined {
  const word = (text.match(/\p{L}+/gu) ?? []).find((word) => word !== 'x' && PLATFORMS.has(word.toLowerCase()))
  return word === undefined ? undefined : PLATFORMS.get(word.toLowerCase())
}

type NumberMatch = [string, string, string | undefined, string | undefined, string | undefined]

/** One number, or two; in "10-50k" the scale stands for both. */
function range ([, low, lowScale, high, highScale]: NumberMatch): FactProperties {
  if (high === undefined) return { count: value(low, lowScale) }
  const shares = lowScale === undefined && value(low, undefined) < value(high, undefined)
  return { countMin: value(low, shares ? highScale : lowScale), countMax: value(high, highScale) }
}

/** "5,000 EUR", "$3k" → integer minor units; of a range, the upper bound. */
export function money (text: string): FactProperties | undefined {
  const match = MONEY.exec(text)
  if (match === null) return undefined
  const [, sign, low, lowScale, high, highScale, word] = match
  const currency = CURRENCY.get((sign ?? word ?? '').toLowerCase())
  const amount = high === undefined ? value(low!, lowScale) : value(high, highScale)
  if (currency === undefined || !Number.isSafeInteger(Math.round(amount * 100))) return undefined
  return { amountMinor: Math.round(amount * (currency === 'JPY' ? 1 : 100)), currency }
}

/** A year as the first or last day on which something holds. */
export const firstDay = (year: string): string | undefined => /^(?:19|20)\d\d$/.test(year) ? `${year}-01-01` : undefined
export const lastDay = (year: string): string | undefined => /^(?:19|20)\d\d$/.test(year) ? `${year}-12-31` : undefined
