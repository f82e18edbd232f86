import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stance } from '../../models/feedback.js'
import { LABELS } from '../../models/vocabulary.js'
import { shortHash } from '../graph/schema.js'
import { breaks } from '../turns.js'
import { GraphArrays } from './arrays.js'

/**
 * A tenant's arrays as one file: magic, length of the header, header, parts. The header names tenant and version and holds the checksum of the
 * parts; a file appears under its name only when it is whole. `mark` is that of the note of the last write, which no other graph has.
 */
export interface Saved { version: number, textVersion: number, mark: string }

interface Header extends Saved { tenantId: string, labels: string, nodes: number, facts: number, parts: number[], sha256: string }

/** What is known of few nodes: [number, who alone may know of it, momentum, stances]. */
type Few = [number, string[] | null, number | null, Stance[]]

/** Raise it when what a part means changes. */
const MAGIC = 'teraffi arrays 2\n'
const STRINGS_AT_ONCE = 20_000
const BYTES_AT_ONCE = 1 << 22
const LABELS_KNOWN = LABELS.join()

const fileOf = (dir: string, tenantId: string) => join(dir, `${shortHash(tenantId, 40)}.snap`)

/** Writes the arrays as they are at this moment; what is changed in them meanwhile is not in the file. Only the copying holds up others. */
export async function writeSnapshot (dir: string, tenantId: string, saved: Saved, arrays: GraphArrays): Promise<void> {
  const { nodes, liveFacts: facts } = arrays
  const parts = await encoded(copied(arrays))
  const hash = createHash('sha256')
  const pause = breaks()
  for (const piece of pieces(parts)) {
    hash.update(piece)
    await pause()
  }
  const header: Header = { ...saved, tenantId, labels: LABELS_KNOWN, nodes, facts, parts: parts.map(({ length }) => length), sha256: hash.digest('hex') }
  await writeWhole(dir, fileOf(dir, tenantId), [...headed(header), ...parts])
}

/** The arrays as they were written; null where there are none. Throws where the file is torn, altered, or of another form. */
export async function readSnapshot (dir: string, tenantId: string): Promise<Saved & { arrays: GraphArrays } | null> {
  const bytes = await readFile(fileOf(dir, tenantId)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (bytes === null) return null
  const { header, body } = opened(bytes)
  if (header.tenantId !== tenantId) throw new Error('it is another tenant\'s')
  if (header.labels !== LABELS_KNOWN) throw new Error('it is of another vocabulary')
  if (createHash('sha256').update(body).digest('hex') !== header.sha256) throw new Error('its checksum is wrong')
  const { version, textVersion, mark } = header
  return { version, textVersion, mark, arrays: await filled(header, body) }
}

/** The parts in their order, as they are now. Strings, lists and stances are replaced when they change, never altered, so they need no copy. */
function copied (arrays: GraphArrays) {
  const { labels, ids, names, nodes, visibleTo, momentum, stances, saidNumbers } = arrays
  const few = [...new Set([...visibleTo.keys(), ...momentum.keys(), ...stances.keys()])]
    .map((n): Few => [n, visibleTo.get(n) ?? null, momentum.get(n) ?? null, stances.get(n) ?? []])
  return { numbers: factNumbers(arrays), labels: labels.slice(0, nodes), ids: ids.slice(), names: names.slice(), said: [...saidNumbers.keys()], few }
}

/** The columns of the facts that there are; numbers that wait to be used again are left out. */
function factNumbers ({ from, to, says, idHigh, idLow, seen, facts, freed }: GraphArrays): Uint32Array[] {
  const gone = new Set(freed)
  const columns = [from, to, says, idHigh, idLow, seen].map((column) => column.slice(0, facts))
  return gone.size === 0 ? columns : columns.map((column) => column.filter((_, f) => !gone.has(f)))
}

async function encoded ({ numbers, labels, ids, names, said, few }: ReturnType<typeof copied>): Promise<Buffer[]> {
  const parts = numbers.map(bytesOf)
  for (const strings of [ids, names, said, few.map((one) => JSON.stringify(one))]) parts.push(...await encodedStrings(strings))
  return [...parts, bytesOf(labels)]
}

/** The length of each string, and all of them as one. */
async function encodedStrings (strings: string[]): Promise<Buffer[]> {
  const texts: Buffer[] = []
  const pause = breaks()
  for (let i = 0; i < strings.length; i += STRINGS_AT_ONCE) {
    texts.push(Buffer.from(strings.slice(i, i + STRINGS_AT_ONCE).join('')))
    await pause()
  }
  return [bytesOf(Uint32Array.from(strings, ({ length }) => length)), Buffer.concat(texts)]
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Uint8Array) => Buffer.from(buffer, byteOffset, byteLength)

function * pieces (parts: Buffer[]): Generator<Buffer> {
  for (const part of parts) for (let at = 0; at < part.length; at += BYTES_AT_ONCE) yield part.subarray(at, at + BYTES_AT_ONCE)
}

function headed (header: Header): Buffer[] {
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return [Buffer.from(MAGIC), length, text]
}

/** It holds what members keep to themselves, so it is its owner's alone. */
async function writeWhole (dir: string, path: string, parts: Buffer[]): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(temporary, 'wx', 0o600)
  try {
    for (const part of parts) await file.writeFile(part)
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    await file.close().catch(() => {})
    await rm(temporary, { force: true })
    throw error
  }
}

function opened (bytes: Buffer): { header: Header, body: Buffer } {
  const start = MAGIC.length + 4
  if (bytes.length < start || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('it is of another form')
  const end = start + bytes.readUInt32LE(MAGIC.length)
  if (end > bytes.length) throw new Error('it ends too soon')
  return { header: JSON.parse(bytes.toString('utf8', start, end)) as Header, body: bytes.subarray(end) }
}

async function filled ({ nodes, facts, parts }: Header, body: Buffer): Promise<GraphArrays> {
  let end = 0
  const [from, to, says, idHigh, idLow, seen, ...more] = parts.map((length) => {
    end += length
    return body.subarray(end - length, end)
  }) as Columns
  const [ids, names, said, few] = [0, 2, 4, 6].map((i) => decoded(more[i]!, more[i + 1]!)) as [string[], string[], string[], string[]]
  const arrays = new GraphArrays()
  arrays.reserve(nodes, facts)
  arrays.takeNodes(ids, names, more[8]!)
  for (const text of said) arrays.saidNumber(text.split('\t'))
  for (const one of few) putFew(arrays, JSON.parse(one) as Few)
  Object.entries({ from, to, says, idHigh, idLow, seen }).forEach(([name, column]) => { arrays[name as 'from'].set(numbersOf(column)) })
  arrays.facts = facts
  await arrays.layOut()
  return arrays
}
type Columns = [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, ...Buffer[]]

function putFew (arrays: GraphArrays, [n, visibleTo, momentum, stances]: Few): void {
  if (visibleTo !== null) arrays.visibleTo.set(n, visibleTo)
  if (momentum !== null) arrays.momentum.set(n, momentum)
  if (stances.length > 0) arrays.stances.set(n, stances)
}

/** A copy, since what lies in a file need not lie where four bytes begin. */
const numbersOf = ({ buffer, byteOffset, byteLength }: Buffer) => new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength))

function decoded (lengths: Buffer, bytes: Buffer): string[] {
  const text = bytes.toString()
  let at = 0
  return Array.from(numbersOf(lengths), (length) => {
    at += length
    return text.slice(at - length, at)
  })
}
