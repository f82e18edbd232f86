import { createRequire } from 'node:module'

/** GraphQL's own functions. Its libraries here are CommonJS, and types of one copy are strangers to the other, so all take that copy. */
const require = createRequire(import.meta.url)
const language = require('graphql') as typeof import('graphql')
export const { GraphQLError, isInputObjectType, isListType, isNonNullType, parse, validate } = language
export const { getComplexity } = require('graphql-query-complexity') as typeof import('graphql-query-complexity')
