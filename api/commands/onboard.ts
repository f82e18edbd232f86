import type { Triple } from '../../models/triple.js'
import { RELATION_OF } from '../../models/vocabulary.js'
import { operator } from '../actor.js'
import { asker, painter, showMatches, showTriple, type Paint } from '../terminal.js'
import { print, withEngine } from './open.js'

const QUESTIONS = ['Who are you and what do you make?', 'Who would you like to work with, and why?']
const PARTS = ['subject', 'predicate', 'object'] as const
type Asker = ReturnType<typeof asker>

/** Two questions, what was understood, a chance to correct it, and the first matches. */
export async function onboard ({ limit }: { limit: number }): Promise<void> {
  await withEngine(async (engine) => {
    const paint = painter(process.stdout)
    const asking = asker(process.stdin, process.stdout)
    try {
      const name = await insist(asking, 'What is your name?', paint)
      const answers: string[] = []
      for (const question of QUESTIONS) answers.push(await insist(asking, question, paint))

      const { triples, unmapped } = engine.understand({ name, answers })
      for (const { subject, predicate, object, reason } of unmapped) print(paint.dim(`   not understood: ${subject} ${predicate} ${object} (${reason})`))
      const kept = await review(asking, triples, paint)
      const { data } = await engine.onboard(operator(engine.config).tenantId, { name, answers, triples: kept, limit })
      print(`\n${paint.bold('Your first matches')} ${paint.dim(`(you are ${data.memberId})`)}\n`)
      print(showMatches(data.firstMatches, paint))
    } finally {
      asking.close()
    }
  })
}

async function insist (asking: Asker, question: string, paint: Paint): Promise<string> {
  for (;;) {
    const answer = await asking.ask(`${paint.bold(question)}\n> `)
    if (answer === null) throw new Error(`The input ended before "${question}" was answered.`)
    if (answer !== '') return answer
  }
}

/** Shows the triples numbered until Enter (or the end of input) accepts them. */
async function review (asking: Asker, found: Triple[], paint: Paint): Promise<Triple[]> {
  let triples = found
  for (;;) {
    print(`\n${paint.bold('This is what I understood')}`)
    print(triples.map((triple, at) => `${String(at + 1).padStart(4)}  ${showTriple(triple, paint)}`).join('\n') || '   nothing')
    const command = await asking.ask(`${paint.dim('Enter accepts; "d 3" drops one; "c 3 object = coffee" corrects one')}\n> `)
    if (!command) return triples
    triples = await corrected(asking, triples, command)
  }
}

/** Applies one command: drop, or correct in one line or part by part. */
async function corrected (asking: Asker, triples: Triple[], command: string): Promise<Triple[]> {
  const [, act, number, part, value] = /^([dc])\s*(\d+)(?:\s+(subject|predicate|object)\s*=\s*(.+))?$/.exec(command) ?? []
  const at = Number(number) - 1
  const triple = triples[at]
  if (act === undefined || triple === undefined) {
    print('   That is no command here; give a number from the list.')
    return triples
  }
  if (act === 'd') return triples.toSpliced(at, 1)
  return triples.with(at, correct(triple, part === undefined ? await askParts(asking, triple) : { [part]: value }))
}

async function askParts (asking: Asker, triple: Triple): Promise<Partial<Triple>> {
  const parts: Partial<Triple> = {}
  for (const part of PARTS) {
    const answer = await asking.ask(`   ${part} [${triple[part]}]: `)
    if (answer) parts[part] = answer
  }
  return parts
}

/** A corrected predicate has its own place in the vocabulary; a corrected end is no longer of the kind that was guessed. */
export function correct (triple: Triple, parts: Partial<Triple>): Triple {
  const { subjectType, objectType, ...rest } = triple
  return {
    ...rest,
    ...parts,
    relation: parts.predicate === undefined ? triple.relation : RELATION_OF.get(parts.predicate) ?? 'MENTIONS',
    ...(subjectType !== undefined && parts.subject === undefined && { subjectType }),
    ...(objectType !== undefined && parts.object === undefined && parts.predicate === undefined && { objectType })
  }
}
