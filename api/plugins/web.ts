import staticFiles from '@fastify/static'
import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../web/', import.meta.url))

/** The page: plain files, served as they are; a route for each, so that nothing else of the folder can be asked for. */
export const web = fp(async (app) => {
  await app.register(staticFiles, { root: FOLDER, serve: false })
  const options = { schema: { hide: true }, config: { permission: 'public', rateLimit: false } } as const
  const serve = (file: string) => (_: unknown, reply: FastifyReply) => reply.header('cache-control', 'no-cache').sendFile(file)
  app.get('/', options, serve('index.html'))
  for (const file of files()) app.get(`/web/${file}`, options, serve(file))
})

const files = () => readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/')).filter((file) => /\.(?:css|js|svg)$/.test(file))
