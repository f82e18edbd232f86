import { setImmediate } from 'node:timers/promises'
import type { Rejection } from '../../models/imports.js'
import type { EntityRef, Fact, Triple } from '../../models/triple.js'
import { labelOfKind, type Label } from '../../models/vocabulary.js'
import { EngineError } from '../errors.js'
import { entityRef } from '../extraction/canonical.js'
import { extract } from '../extraction/extract.js'
import { factOf, objectLabel, subjectLabel } from '../graph/link.js'
import { lines, RAW_KEPT, TOO_LONG, type RawLine } from './lines.js'
import { entityOf, isBroken, reject, short, type Line, type Source } from './rows.js'

/** The longest paragraph, in characters: it is read in one go, in some hundredths of a second. */
const PARAGRAPH_MAX = 20_000

/** A piece of prose; `at`: the offset of its first character in the file, in UTF-16 code units, a byte order mark left out. */
interface Paragraph { line: number, at: number, text: string, tooLong: boolean }

/**
 * Prose, paragraph by paragraph, each of which is a document: what `about` says in it of itself and of others, or, where nobody is named
 * whose words they are, what is said of those whom it names.
 */
export async function * prose (given: Source): AsyncGenerator<Line> {
  const owner = given.about === undefined ? NOBODY : ownerOf(given.about)
  for await (const { line, at, text, tooLong } of paragraphs(given)) {
    await setImmediate() // others have their turn
    const read = tooLong ? PARAGRAPH_TOO_LONG : factsIn(text, at, owner, given)
    yield Array.isArray(read) ? { line, raw: text, facts: read } : { line, rejected: read, raw: text }
  }
}

/** Whose words they are where nobody is named: a name that no text has. */
const NOBODY: EntityRef = { id: '', label: 'Member', name: '\u2063' }

function ownerOf (about: string): EntityRef {
  const label = labelOfKind(about.slice(0, about.indexOf(':')))
  const owner = label === undefined ? null : entityOf(about, label)
  if (owner === null) throw new EngineError('invalid_argument', `"${short(about)}" is no id; say whose words the text is as in member:ada.`)
  return owner
}

const NO_FACTS = reject('no_facts', null, 'Nothing was found in the paragraph', 'Write whole English sentences about someone with a name; --about member:ada says who "I" is.')
const BROKEN = reject('bad_text', null, 'The paragraph holds what is no text', 'Save the file as UTF-8, without control characters.')
const PARAGRAPH_TOO_LONG = { ...TOO_LONG, message: `The paragraph has more than ${PARAGRAPH_MAX.toLocaleString('en')} characters`, hint: 'Part it with an empty line.' }

function factsIn (text: string, at: number, owner: EntityRef, given: Source): Fact[] | Rejection {
  if (isBroken(text)) return BROKEN
  const { triples } = extract(text, { owner: owner.name, ownerType: owner.label })
  const facts = triples.filter(({ subject }) => owner !== NOBODY || subject !== NOBODY.name).map((triple) => between(triple, text, at, owner, given))
    .filter(({ subject, object }) => subject.id !== object.id)
  return facts.length === 0 ? NO_FACTS : facts
}

/** Names are looked up when they are written; the places in the paragraph become places in the file. */
function between (triple: Triple, text: string, at: number, owner: EntityRef, { source, importId }: Source): Fact {
  const find = (name: string, label: Label) => name === owner.name ? owner : { ...entityRef(name, label), named: true }
  const fact = factOf(triple, find(triple.subject, subjectLabel(triple)), find(triple.object, objectLabel(triple)), { source, text, importId })
  return { ...fact, start: at + fact.start!, end: at + fact.end! }
}

/** Lines up to an empty one. */
async function * paragraphs ({ text }: Source): AsyncGenerator<Paragraph> {
  let paragraph: Paragraph | null = null
  for await (const some of lines(text)) {
    for (const one of some) {
      const isEmpty = one.raw.trim() === ''
      if (isEmpty && paragraph !== null) yield paragraph
      paragraph = isEmpty ? null : paragraph === null ? begun(one) : joined(paragraph, one)
    }
  }
  if (paragraph !== null) yield paragraph
}

const begun = ({ line, at, raw, tooLong }: RawLine): Paragraph =>
  ({ line, at, text: raw.slice(0, PARAGRAPH_MAX), tooLong: tooLong || raw.length > PARAGRAPH_MAX })

/** With as many characters between its lines as are in the file. */
function joined (paragraph: Paragraph, { at, raw, tooLong }: RawLine): Paragraph {
  if (paragraph.tooLong) return paragraph
  const text = paragraph.text + '\n'.padStart(at - paragraph.at - paragraph.text.length, '\r') + raw
  const isLong = tooLong || text.length > PARAGRAPH_MAX
  return { ...paragraph, text: isLong ? text.slice(0, RAW_KEPT) : text, tooLong: isLong }
}
