import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import { FAILURES } from '../../engine/errors.js'

const DESCRIPTION = `Who should work with whom, and why: every score is a sum of named reasons, each with its path through the graph.

Every JSON answer is \`{ data, meta }\` or \`{ error: { code, message, details }, meta }\`; with \`Accept: application/problem+json\` a failure is RFC 9457.

| code | status |
|---|---|
${[...Object.entries(FAILURES), ['internal', 500]].map(([code, status]) => `| \`${code}\` | ${status} |`).join('\n')}
`

/** The routes describe themselves: /openapi.json for programs, /docs for people. */
export const docs = fp(async (app) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'TERAFFI', version: '0.1.0', description: DESCRIPTION, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      tags: [
        { name: 'affinity', description: 'who, how much, and why' },
        { name: 'accounts', description: 'who is there' },
        { name: 'members', description: 'one\'s own profile, and what others show of theirs' },
        { name: 'onboarding', description: 'two answers in, first matches out' },
        { name: 'graph', description: 'what is known' },
        { name: 'imports', description: 'files of facts, while one does something else' },
        { name: 'partnerships', description: 'deals and their money' },
        { name: 'analytics', description: 'figures, each with where it comes from' },
        { name: 'organizations', description: 'who belongs together: members, roles, projects' },
        { name: 'flags', description: 'what is switched on, and for whom' },
        { name: 'audit', description: 'who changed what' },
        { name: 'health', description: 'is it up' }
      ],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }]
    },
    transform: ({ schema, url, route: { config } }) => ({ schema: config?.permission === 'public' ? { ...schema, security: [] } : schema, url })
  })
  // Plain HTTP on loopback: a page that insists on https would load nothing.
  const transformStaticCSP = (header: string) => header.replace('upgrade-insecure-requests;', '')
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, transformStaticCSP })
  app.get('/openapi.json', { schema: { hide: true }, config: { permission: 'public', rateLimit: false } }, async () => app.swagger())
})
