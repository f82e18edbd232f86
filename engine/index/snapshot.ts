import { createHash, randomBytes, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isDeepStrictEqual } from 'node:util'

/**
 * A space on disk: `<space>.json` is the manifest and names the other files, which bear a random mark and never change.
 * The manifest is written last and by a rename, so a crash leaves the old snapshot or the new one, never a mixture.
 * Nothing is believed: every file is checked against its checksum, the manifest against its own.
 */
export interface Manifest {
  format: typeof FORMAT
  tenantId: string
  space: string
  embedderId: string
  dimension: number
  count: number
  graphVersion: number
  files: Files
}
export interface Files { vectors: FileRef, ids: FileRef, graph: FileRef | null }
interface FileRef { name: string, bytes: number, sha256: string }

/** `hashes[i]` is the hash of the text that `ids[i]` was embedded from. */
export interface Ids { ids: string[], hashes: string[], labels: Array<string | null> | null }
export interface Contents extends Ids { vectors: Float32Array }
export interface Snapshot extends Contents { manifest: Manifest, graphFile: string | null, graphProblem: string | null }

/** What a snapshot must be to be of use. */
export type Expected = Pick<Manifest, 'tenantId' | 'space' | 'embedderId' | 'dimension'>

export const FORMAT = 1
const CHUNK = 1 << 22
const LEFTOVER_AGE_MS = 3_600_000

/** Why a snapshot cannot be used. */
export class Unusable extends Error {}

/** Writes the files of a snapshot; it does not count until `commit` names them. */
export async function writeFiles (dir: string, space: string, contents: Omit<Contents, 'labels'>, writeGraph: (file: string) => Promise<Ids['labels']>): Promise<Files> {
  await mkdir(dir, { recursive: true })
  const stem = join(dir, `${space}-${randomBytes(6).toString('hex')}`)
  const { ids, hashes, vectors } = contents
  try {
    const labels = await writeGraph(`${stem}.hnsw`)
    return {
      graph: labels === null ? null : await seal(`${stem}.hnsw`),
      vectors: await write(`${stem}.bin`, Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength)),
      ids: await write(`${stem}.ids`, Buffer.from(JSON.stringify({ ids, hashes, labels } satisfies Ids)))
    }
  } catch (error) {
    await Promise.allSettled(['.hnsw', '.bin', '.ids'].map((end) => rm(stem + end, { force: true })))
    throw error
  }
}

/** Makes the files the snapshot, then removes those of the last one and what a crash left behind. */
export async function commit (dir: string, manifest: Manifest): Promise<void> {
  const previous = await readManifest(dir, manifest.space).then((manifest) => manifest && names(manifest.files), () => null)
  const file = manifestFile(dir, manifest.space)
  await syncDir(dir)
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  await write(temporary, Buffer.from(JSON.stringify({ checksum: checksumOf(manifest), manifest })))
  await rename(temporary, file)
  await syncDir(dir)
  await removeOld(dir, manifest, previous ?? [])
}

/** The snapshot, or null where there is none. Throws `Unusable` where it is damaged or of another kind. */
export async function readSnapshot (dir: string, expected: Expected): Promise<Snapshot | null> {
  const manifest = await readManifest(dir, expected.space)
  return manifest && readContents(dir, manifest, expected).catch(async (error) => {
    // Another process may have replaced it between the two reads.
    if (isDeepStrictEqual(await readManifest(dir, expected.space), manifest)) throw error
    return readSnapshot(dir, expected)
  })
}

async function readContents (dir: string, manifest: Manifest, expected: Expected): Promise<Snapshot> {
  for (const key of ['tenantId', 'space', 'embedderId', 'dimension'] as const) {
    if (manifest[key] !== expected[key]) throw new Unusable(`its ${key} is ${manifest[key]}, not ${expected[key]}`)
  }
  const { ids, hashes, labels } = JSON.parse((await read(dir, manifest.files.ids)).toString()) as Ids
  const bytes = await read(dir, manifest.files.vectors)
  const vectors = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  if (ids.length !== manifest.count || hashes.length !== manifest.count || vectors.length !== manifest.count * manifest.dimension) {
    throw new Unusable('its files do not belong together')
  }
  const { graph } = manifest.files
  const graphProblem = graph === null ? null : await check(dir, graph).then(() => null, (error: Error) => error.message)
  const graphFile = graph === null || graphProblem !== null ? null : join(dir, graph.name)
  return { manifest, ids, hashes, labels, vectors, graphFile, graphProblem }
}

async function readManifest (dir: string, space: string): Promise<Manifest | null> {
  const text = await readFile(manifestFile(dir, space), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  const { checksum, manifest } = parse(text)
  if (checksumOf(manifest) !== checksum) throw new Unusable('its manifest is damaged')
  if ((manifest as Manifest).format !== FORMAT) throw new Unusable(`its format is ${(manifest as Manifest).format}, not ${FORMAT}`)
  return manifest as Manifest
}

function parse (text: string): { checksum?: unknown, manifest?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    throw new Unusable('its manifest is damaged')
  }
}

async function write (file: string, content: Buffer): Promise<FileRef> {
  const hash = createHash('sha256')
  const handle = await open(file, 'wx')
  try {
    for (let start = 0; start < content.length; start += CHUNK) {
      const chunk = content.subarray(start, start + CHUNK)
      await handle.writeFile(chunk)
      hash.update(chunk)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return ref(file, content.length, hash)
}

/** Makes sure that a file written by other hands is on disk, and notes what it is. */
async function seal (file: string): Promise<FileRef> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  const { size } = await stat(file) // a native writer reports no error: a missing or empty file is one
  if (size === 0) throw new Error(`${basename(file)} was not written`)
  return ref(file, size, await hashOf(file))
}

async function read (dir: string, { name, bytes, sha256 }: FileRef): Promise<Buffer> {
  await checkSize(dir, { name, bytes, sha256 })
  const content = await readFile(join(dir, name))
  const hash = createHash('sha256').update(content)
  if (hash.digest('hex') !== sha256) throw new Unusable(`${name} is damaged`)
  return content
}

async function check (dir: string, file: FileRef): Promise<void> {
  await checkSize(dir, file)
  if ((await hashOf(join(dir, file.name))).digest('hex') !== file.sha256) throw new Unusable(`${file.name} is damaged`)
}

async function checkSize (dir: string, { name, bytes }: FileRef): Promise<void> {
  const size = await stat(join(dir, name)).then(({ size }) => size, () => null)
  if (size === null) throw new Unusable(`${name} is missing`)
  if (size !== bytes) throw new Unusable(`${name} has ${size} bytes, not ${bytes}`)
}

async function hashOf (file: string): Promise<Hash> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), async (chunks) => { for await (const chunk of chunks) hash.update(chunk) })
  return hash
}

async function removeOld (dir: string, { space, files }: Manifest, previous: string[]): Promise<void> {
  const current = names(files)
  for (const name of await readdir(dir)) {
    if (!(name.startsWith(`${space}-`) || name.startsWith(`${space}.json.`)) || current.includes(name)) continue
    // Another process may be writing a snapshot of its own: only old files are surely left behind.
    const age = Date.now() - (await stat(join(dir, name)).then(({ mtimeMs }) => mtimeMs, () => Date.now()))
    if (previous.includes(name) || age > LEFTOVER_AGE_MS) await rm(join(dir, name), { force: true })
  }
}

/** A rename is on disk only when its folder is. Windows cannot open a folder, and needs not. */
async function syncDir (dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const manifestFile = (dir: string, space: string) => join(dir, `${space}.json`)
const names = ({ vectors, ids, graph }: Files) => [vectors, ids, graph].flatMap((file) => file?.name ?? [])
const ref = (file: string, bytes: number, hash: Hash): FileRef => ({ name: basename(file), bytes, sha256: hash.digest('hex') })
const checksumOf = (manifest: unknown) => createHash('sha256').update(JSON.stringify(manifest) ?? '').digest('hex')
