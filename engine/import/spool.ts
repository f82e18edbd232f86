import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Format, Mapping, Mode } from '../../models/imports.js'
import { EngineError } from '../errors.js'

/** What is to be imported, as it lies beside its file; `queuedAt`: ISO 8601. */
export interface Job {
  tenantId: string,
  importId: string,
  name: string,
  format: Format,
  mode?: Mode,
  onError?: 'continue' | 'abort',
  mapping?: Mapping
  path: string,
  totalBytes: number,
  queuedAt: string
}

/** A file that has come in and has no name yet. */
export interface Part { path: string, bytes: number }

const SILENCE_MS = 60_000
const LEFT_OVER_MS = 3_600_000
const IMPORT_ID = /^i[0-9a-f]{12}-[a-z0-9-]{1,40}(?=\.)/

/**
 * Files that wait to be imported, in a folder for each tenant: `{id}.json` says what to do with `{id}.data`; `{id}.errors` and
 * `{id}.rejected` are what came of it. Names are made here, never by users.
 */
export function openSpool (dir: string, { bytesMax, silenceMs = SILENCE_MS }: { bytesMax: number, silenceMs?: number }) {
  const folderOf = (tenantId: string) => join(dir, `t${createHash('sha256').update(tenantId).digest('hex').slice(0, 24)}`)
  const jobPath = ({ tenantId, importId }: Which) => join(folderOf(tenantId), `${importId}.json`)
  const tooLarge = () => new EngineError('payload_too_large', `A file for import has at most ${bytesMax} bytes; cut it, gzip it, or import it on the command line.`)

  /** Writes down what comes in, and that it is on the disk; what is too large or breaks off leaves nothing. The stream is not ended. */
  async function receive (tenantId: string, body: Readable): Promise<Part> {
    const folder = folderOf(tenantId)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, `${randomUUID()}.part`)
    const file = await open(path, 'wx', 0o600)
    try {
      const bytes = await fill(file, body)
      await file.sync()
      return { path, bytes }
    } catch (error) {
      await rm(path, { force: true })
      throw understood(error)
    } finally {
      await file.close()
    }
  }

  async function fill (file: FileHandle, body: Readable): Promise<number> {
    const silence = setTimeout(() => { body.destroy(new EngineError('deadline_exceeded', `Nothing came for ${silenceMs / 1000} seconds; send the file again.`)) }, silenceMs)
    let bytes = 0
    try {
      for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        silence.refresh()
        bytes += chunk.length
        if (bytes > bytesMax) throw tooLarge()
        await file.writeFile(chunk)
      }
    } finally {
      clearTimeout(silence)
    }
    return bytes
  }

  /** Everything in the folder of a tenant; there may be none yet. */
  const listed = async (folder: string) => readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[]
    throw error
  })

  /** Makes a part wait under its id; after a crash it still does. */
  async function keep (part: Part, job: Omit<Job, 'path'>): Promise<Job> {
    const folder = folderOf(job.tenantId)
    const path = join(folder, `${job.importId}.data`)
    await rename(part.path, path)
    const kept: Job = { ...job, path }
    const draft = join(folder, `${randomUUID()}.part`)
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(JSON.stringify(kept))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, jobPath(job))
    const entries = await open(folder, 'r')
    await entries.sync().finally(() => entries.close())
    return kept
  }

  const remove = async ({ tenantId, importId }: Which, endings: string[]) => {
    for (const ending of endings) await rm(join(folderOf(tenantId), `${importId}.${ending}`), { force: true })
  }

  return {
    receive,
    keep,
    tooLarge,
    discard: ({ path }: Part) => rm(path, { force: true }),
    /** What waits or comes in for a tenant. */
    waiting: async (tenantId: string) => (await listed(folderOf(tenantId))).filter((name) => /\.json$|\.part$/.test(name)).length,
    waits: async (which: Which) => await sizeOf(jobPath(which)) !== null,
    results: ({ tenantId, importId }: Which) => ({ errorsTo: join(folderOf(tenantId), `${importId}.errors`), rejectedTo: join(folderOf(tenantId), `${importId}.rejected`) }),
    /** It waits no longer; what came of it stays. The job goes first: a file alone is never run. */
    done: (which: Which) => remove(which, ['json', 'data']),
    forget: (which: Which) => remove(which, ['json', 'data', 'errors', 'rejected']),

    /** All that waits, of all tenants. */
    async jobs (): Promise<Job[]> {
      const folders = (await listed(dir)).map((name) => join(dir, name))
      const paths = (await Promise.all(folders.map(async (folder) => (await listed(folder)).filter((name) => name.endsWith('.json')).map((name) => join(folder, name))))).flat()
      const read = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => null))) // another process may be done with it
      return read.flatMap((text) => text === null ? [] : [JSON.parse(text) as Job])
    },

    /** Removes uploads that nobody goes on with, and what came of imports that `isKnown` does not know; only what is not of this hour. */
    async sweep (tenantId: string, isKnown: (importId: string) => Promise<boolean>, now = Date.now()): Promise<void> {
      const folder = folderOf(tenantId)
      for (const name of await listed(folder)) {
        const found = await stat(join(folder, name)).catch(() => null)
        if (found === null || now - found.mtimeMs < LEFT_OVER_MS) continue
        const importId = IMPORT_ID.exec(name)?.[0]
        if (importId === undefined || !await isKnown(importId)) await rm(join(folder, name), { force: true })
      }
    }
  }
}

function understood (error: unknown): unknown {
  const { code = '' } = error as { code?: string }
  if (code === 'ENOSPC') return new EngineError('unavailable', 'There is no room for the file here; try again later.', [], { cause: error })
  const broken = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'HPE_INVALID_CHUNK_SIZE', 'HPE_INVALID_EOF_STATE'].includes(code)
  return broken ? new EngineError('invalid_argument', 'The file did not arrive whole; send it again.', [], { cause: error }) : error
}

export type Spool = ReturnType<typeof openSpool>
interface Which { tenantId: string, importId: string }

/** In bytes; null: it is not there. */
export const sizeOf = async (path: string): Promise<number | null> => (await stat(path).catch(() => null))?.size ?? null
