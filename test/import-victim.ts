import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openGraph, type Graph, type Run } from '../engine/graph/graph.js'
import { importFile } from '../engine/import/run.js'
import { undoImport } from '../engine/import/undo.js'
import type { Format } from '../models/imports.js'

/**
 * The victim of `import-kill.test.ts`: waits for its task on standard input, then imports a file or takes an import back, and says each step
 * that it takes. At the step that it is told it kills itself, as hard as anyone else could.
 */

export interface Task {
  neo4j: { uri: string, user: string, password: string }
  tenantId: string
  file: { path: string, format: Format, batch: number }
  undo: string | null
  stopAt: number
}

async function main (): Promise<void> {
  writeSync(1, 'ready\n')
  const { value } = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next()
  const { neo4j, tenantId, file, undo, stopAt } = JSON.parse(value as string) as Task
  let step = 0
  const graph = watched(openGraph(neo4j), (name) => {
    step++
    writeSync(1, `step ${step} ${name}\n`)
    if (step === stopAt) process.kill(process.pid, 'SIGKILL')
  })
  const report = undo === null ? await importFile(graph, tenantId, file) : await undoImport(graph, tenantId, undo)
  writeSync(1, `done ${JSON.stringify(report)}\n`)
  await graph.close()
  process.exit()
}

/** A graph that says what it has been asked, query by query, before a commit and after it. */
function watched (graph: Graph, passed: (name: string) => void): Graph {
  const within = <T>(work: (run: Run) => Promise<T>) => async (run: Run): Promise<T> => {
    const done = await work(async (name, parameters) => {
      const rows = await run(name, parameters)
      passed(name)
      return rows as never
    })
    passed('before the commit')
    return done
  }
  const after = async <T>(done: Promise<T>): Promise<T> => {
    await done
    passed('after the commit')
    return done
  }
  return {
    ...graph,
    read: async (name, parameters) => {
      passed(`before ${name}`)
      const rows = await graph.read(name, parameters)
      passed(`after ${name}`)
      return rows as never
    },
    write: (work) => after(graph.write(within(work))),
    inTurn: (tenantId, work) => after(graph.inTurn(tenantId, within(work)))
  }
}

if (process.argv[1]?.endsWith('import-victim.mjs')) await main()
