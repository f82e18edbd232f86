import type { FastifySchemaCompiler } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { EngineError, type FailureDetail } from '../engine/errors.js'

const compiled = new WeakMap<TSchema, Validator>()

/** The value, if it has the shape; else an error that says what is wrong and what would be right. REST and CLI share it. */
export function check<Shape extends TSchema> (shape: Shape, value: unknown, name = 'The request'): Static<Shape> {
  const validator = compiled.get(shape) ?? Compile(shape) as Validator
  compiled.set(shape, validator)
  if (validator.Check(value)) return value as Static<Shape>

  const details = validator.Errors(value).flatMap((error) => describe(shape, error as Violation))
  throw new EngineError('invalid_argument', `${name} is not valid: ${details.map(({ message }) => message).join('; ')}.`, details)
}

/** Query strings hold only text: what is meant as a number or a yes becomes one. Bodies are taken as they are. */
export function coerced (shape: TSchema, query: Record<string, unknown>): Record<string, unknown> {
  const properties = (shape as Shape).properties ?? {}
  const typeOf = (name: string) => Object.hasOwn(properties, name) ? properties[name]?.type : undefined
  return Object.fromEntries(Object.entries(query).map(([name, text]) => [name, coerce(typeOf(name), text)]))
}

/** What Fastify calls for each part of a route; it passes the error on as it is. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => (value) => {
  try {
    return { value: check(schema, httpPart === 'querystring' ? coerced(schema, value) : value, PARTS[httpPart] ?? 'The request') }
  } catch (error) {
    return { error: error as Error }
  }
}

const PARTS: Record<string, string> = { body: 'The body', querystring: 'The query string', params: 'The path' }

interface Shape { type?: string, properties?: Record<string, Shape> }
interface Violation {
  keyword: string
  schemaPath: string
  instancePath: string
  message: string
  params: { requiredProperties?: string[], allowedValues?: string[] }
}

function describe (shape: TSchema, { keyword, schemaPath, instancePath, message, params }: Violation): FailureDetail[] {
  const path = short(instancePath.slice(1).replaceAll('/', '.'))
  const inside = (name: string) => path === '' ? name : `${path}.${name}`
  switch (keyword) {
    case 'boolean': { // an unknown property meets `additionalProperties: false`
      const known = Object.keys(shapeAt(shape, schemaPath.replace(/\/additionalProperties$/, '')).properties ?? {}).join(', ')
      return [{ path, rule: 'known', message: `${path} is not known; known are ${known}` }]
    }
    case 'additionalProperties': return [] // says the same again for all of them, unless the list of errors was cut
    case 'required':
      return (params.requiredProperties ?? []).map((name) => ({ path: inside(name), rule: 'required', message: `${inside(name)} is missing` }))
    case 'enum':
      return [{ path, rule: 'enum', message: `${path} must be one of ${params.allowedValues?.join(', ')}` }]
    default:
      return [{ path, rule: keyword, message: `${path || 'it'} ${message.replace(/be (?=[aio]\w+$)/, 'be an ').replace(/be (?=[bns]\w+$)/, 'be a ')}` }]
  }
}

function shapeAt (shape: TSchema, schemaPath: string): Shape {
  let found: unknown = shape
  for (const step of schemaPath.split('/').slice(1)) found = (found as Record<string, unknown>)[step]
  return found as Shape
}

function coerce (type: string | undefined, text: unknown): unknown {
  if (typeof text !== 'string') return text
  if ((type === 'integer' || type === 'number') && /^-?\d{1,15}(\.\d+)?$/.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

const short = (path: string) => path.length > 100 ? `${path.slice(0, 100)}…` : path
