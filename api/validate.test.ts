import fc from 'fast-check'
import t from 'tap'
import { Type } from 'typebox'
import { EngineError } from '../engine/errors.js'
import { DiscoverRequest } from '../models/affinity.js'
import { check, coerced } from './validate.js'

const refusal = (value: unknown, shape = DiscoverRequest as Parameters<typeof check>[0]): EngineError => {
  try {
    check(shape, value)
  } catch (error) {
    if (error instanceof EngineError) return error
    throw error
  }
  throw new Error(`accepted ${JSON.stringify(value)}`)
}

t.test('an unknown name is refused with the names that are known', async (t) => {
  const error = refusal({ filters: { colour: ['red'] } })
  t.equal(error.code, 'invalid_argument')
  t.same(error.details, [{
    path: 'filters.colour',
    rule: 'known',
    message: 'filters.colour is not known; known are industry, regions, ageBands, genders, languages, interests, followers, budget'
  }])
  t.match(refusal({ weights: { gravity: 1 } }).message, /weights\.gravity is not known; known are direct, shared, goal/)
  t.match(refusal({ exclude: { mine: true } }).message, /known are own, partnered, seen, memberIds/)
})

t.test('each thing that is wrong is named with its place', async (t) => {
  t.match(refusal({ kinds: ['brand', 'planet'] }).details, [{ path: 'kinds.1', rule: 'enum', message: /must be one of member, brand, trend/ }])
  t.match(refusal({ filters: { budget: {} } }).details, [{ path: 'filters.budget.currency', rule: 'required', message: /currency is missing/ }])
  t.same(refusal({ limit: '5' }).details, [{ path: 'limit', rule: 'type', message: 'limit must be an integer' }], 'a body is taken as it is')
  t.same(refusal([]).message, 'The request is not valid: it must be an object.')
  t.ok(refusal({ ['x'.repeat(5_000)]: 1 }).message.length < 1_000, 'a long name is not echoed in full')
})

t.test('names from the prototype are names like any other', async (t) => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    t.match(refusal(JSON.parse(`{ "${name}": { "a": 1 } }`)).details, [{ path: name, rule: 'known' }], name)
  }
})

t.test('whatever JSON comes, the answer is the value or an expected failure', async (t) => {
  const keys = fc.constantFrom('memberId', 'query', 'goals', 'kinds', 'filters', 'exclude', 'weights', 'limit', 'asOf', '__proto__')
  fc.assert(fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue())), (value) => {
    try {
      return check(DiscoverRequest, value) === value
    } catch (error) {
      return error instanceof EngineError && error.code === 'invalid_argument' && error.details.length > 0
    }
  }), { numRuns: 500, seed: 3 })
  t.pass('500 values')
})

t.test('a query string is text: only what is plainly a number or a yes becomes one', async (t) => {
  const shape = Type.Object({ limit: Type.Integer(), share: Type.Number(), fresh: Type.Boolean(), name: Type.String() })
  t.same(coerced(shape, { limit: '5', share: '-0.5', fresh: 'true', name: '5' }), { limit: 5, share: -0.5, fresh: true, name: '5' })
  for (const odd of ['', ' 5', '1e3', '0x10', 'Infinity', 'NaN', '5,0', '9'.repeat(30)]) t.same(coerced(shape, { limit: odd }), { limit: odd }, `"${odd}" stays text`)
  t.same(coerced(shape, { fresh: '1', other: '7', limit: ['5', '6'] }), { fresh: '1', other: '7', limit: ['5', '6'] })
})
