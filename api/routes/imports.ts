import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { Type, type TSchema } from 'typebox'
import type { Engine, Submission } from '../../engine/engine.js'
import { EngineError } from '../../engine/errors.js'
import { Envelope, PageMeta } from '../../models/envelope.js'
import {
  DryRun, Import, ImportError, ImportErrorsRequest, ImportId, ImportOptions, ImportsPage, MappingInput, MEDIA_TYPES, Undone
} from '../../models/import-jobs.js'
import { FORMATS, formatOf, type Format, type Mapping } from '../../models/imports.js'
import { actorOf } from '../actor.js'
import { check, validatorCompiler } from '../validate.js'
import { answered, failures, inEnvelope } from './answers.js'

const PATH = '/api/v1/imports'
const One = Type.Object({ id: ImportId })
const tags = ['imports']
const config = { permission: 'import:create' } as const

/** Files that are imported while one does something else. */
export const importRoutes: FastifyPluginAsyncTypebox<{ engine: Pick<Engine, 'importJobs' | 'config'> }> = async (app, { engine }) => {
  const { importJobs } = engine
  await app.register(uploads, { engine })

  app.get(PATH, {
    config,
    schema: { tags, summary: 'What has been imported, the newest first', querystring: ImportsPage, response: { 200: answered(Envelope(Type.Array(Import), PageMeta)), ...failures } }
  }, async (request) => inEnvelope(await importJobs.list(actorOf(request), request.query), request.id))

  app.get(`${PATH}/:id`, {
    config,
    schema: { tags, summary: 'How far an import has come; the channel import:{id} at /ws tells it too', params: One, response: { 200: answered(Envelope(Import)), ...failures } }
  }, async (request) => inEnvelope({ data: await importJobs.get(actorOf(request), request.params.id) }, request.id))

  app.get(`${PATH}/:id/errors`, {
    config,
    schema: {
      tags,
      summary: 'Why rows were refused; format=file: these rows as they were, to be mended and imported again. What a spreadsheet takes for a formula is among them as it was',
      params: One,
      querystring: ImportErrorsRequest,
      response: { 200: rowsOrFile, ...failures }
    }
  }, async (request, reply) => {
    const [actor, { id }] = [actorOf(request), request.params]
    if (request.query.format !== 'file') return inEnvelope(await importJobs.errors(actor, id, request.query), request.id)
    const { file, format } = await importJobs.rejectedRows(actor, id)
    const [type, ending] = mediaOf(format)
    return reply.type(type).header('content-disposition', `attachment; filename="${id}-rejected.${ending}"`).send(file as never)
  })

  app.post(`${PATH}/:id/cancel`, {
    config,
    schema: {
      tags,
      summary: 'Stops an import; what is in stays, and the same file goes on from there. What has ended stays as it is',
      params: One,
      response: { 200: answered(Envelope(Import)), ...failures }
    }
  }, async (request) => inEnvelope({ data: await importJobs.cancel(actorOf(request), request.params.id) }, request.id))

  app.delete(`${PATH}/:id`, {
    config,
    schema: { tags, summary: 'Takes back what an import said; what others say too stays', params: One, response: { 200: answered(Envelope(Undone)), ...failures } }
  }, async (request) => inEnvelope({ data: await importJobs.undo(actorOf(request), request.params.id) }, request.id))
}

/**
 * The one route whose body is a file: of any type, never held in memory, and for as long as it takes. It may be text/plain too: without an
 * Authorization header, which no page can send unasked, the body is never read.
 */
const uploads: FastifyPluginAsyncTypebox<{ engine: Pick<Engine, 'importJobs' | 'config'> }> = async (app, { engine: { importJobs, config: { importMaxBytes } } }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => { done(null, body) })
  app.setValidatorCompiler<TSchema>((part) => part.httpPart === 'body' ? () => true : validatorCompiler(part))

  app.post(PATH, {
    config: { ...config, takesItsTime: true },
    schema: {
      tags,
      summary: 'Takes in a file and imports it when its turn comes; the same file again is the same import. A dry run answers what would change',
      querystring: ImportOptions,
      body: { content: Object.fromEntries(Object.keys(MEDIA_TYPES).map((type) => [type, { schema: { type: 'string', format: 'binary' } }])) },
      response: { 200: answered(Type.Union([Envelope(Import), Envelope(DryRun)])), 202: answered(Envelope(Import)), ...failures }
    }
  }, async (request, reply) => {
    const actor = actorOf(request)
    const body = request.body as Readable | null | undefined
    if (!body) throw new EngineError('invalid_argument', 'The body must be the file; send it with content-type: text/csv, or what it is.')
    if (Number(request.headers['content-length'] ?? 0) > importMaxBytes) throw importJobs.tooLarge()
    const asked = submissionOf(request.query, request.headers)
    if (request.query.dryRun) return inEnvelope({ data: await importJobs.dryRun(actor, body, asked) }, request.id)
    const { data, isNew } = await importJobs.submit(actor, body, asked)
    if (isNew) reply.status(202).header('location', `${PATH}/${data.importId}`)
    return inEnvelope({ data }, request.id)
  })

  // Who is answered before all has come shall stop sending; Node would read on to the end.
  app.addHook('onSend', async ({ raw }, reply) => { if (!raw.complete) reply.header('connection', 'close') })
}

/** How the file is to be read, by what is said of it: the format outright, else the content type, else the name. */
function submissionOf ({ name = 'upload', format, mapping, mode, onError }: ImportOptions, headers: IncomingHttpHeaders): Submission {
  const type = (headers['content-type'] ?? 'application/octet-stream').split(';', 1)[0]!.trim().toLowerCase()
  const encoding = headers['content-encoding'] ?? 'identity'
  if (!Object.hasOwn(MEDIA_TYPES, type)) {
    throw new EngineError('invalid_argument', `The content type of a file is one of ${Object.keys(MEDIA_TYPES).join(', ')}, not ${type.slice(0, 100)}.`)
  }
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding)) throw new EngineError('invalid_argument', 'The only content-encoding of a file is gzip.')
  const known = format ?? formatOf(`x.${MEDIA_TYPES[type]}`) ?? formatOf(name)
  if (known === null) throw new EngineError('invalid_argument', `Neither the content type nor the name tells the format; say format=${FORMATS.join('|')}.`)
  return { name, format: known, mode, onError, mapping: mapping === undefined ? undefined : mappingOf(mapping) }
}

function mappingOf (text: string): Mapping {
  try {
    return check(MappingInput, JSON.parse(text), 'The mapping') as Mapping
  } catch (error) {
    if (error instanceof SyntaxError) throw new EngineError('invalid_argument', 'mapping must be a JSON object, as in {"columns": {"who": "subject"}}.')
    throw error
  }
}

/** The media type and the ending of a file in this format. */
function mediaOf (format: Format): [string, string] {
  return Object.entries(MEDIA_TYPES).find(([, ending]) => ending !== '' && formatOf(`x.${ending}`) === format) ?? ['application/octet-stream', 'txt']
}

const rowsOrFile = {
  description: 'The errors, page by page; or the file',
  content: {
    'application/json': { schema: Envelope(Type.Array(ImportError), PageMeta) },
    ...Object.fromEntries(Object.keys(MEDIA_TYPES).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]))
  }
}
