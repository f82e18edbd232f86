import { table } from '../terminal.js'
import { print, withEngine } from './open.js'

/** Compares the deals in Postgres with what the graph says of them. */
export async function doctor (): Promise<void> {
  await withEngine(async (engine) => {
    const found = await engine.deals.doctor(engine.config.tenantId)
    if (found.length === 0) return print('The graph and the deals agree.')
    print(table(found.map(({ partnershipId, waiting, what }) => ({ partnership: partnershipId, state: waiting ? 'waiting' : 'differs', what }))))
    process.exitCode = 1
  })
}
