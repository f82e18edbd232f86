import { buildApp } from '../app.js'
import { table } from '../terminal.js'
import { print, withEngine } from './open.js'

/** Every route with the permission that it asks for. HEAD and OPTIONS answer where GET does, under the same permission. */
export async function routes ({ json = false }: { json?: boolean }): Promise<void> {
  await withEngine(async (engine) => {
    const app = await buildApp(engine)
    await app.ready()
    const rows = app.routeTable
      .filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')
      .map(({ method, url, permission }) => ({ method, url: url.replaceAll('::', ':'), permission })) // the router's way to write one colon
      .sort((a, b) => a.url < b.url ? -1 : a.url > b.url ? 1 : a.method < b.method ? -1 : 1)
    await app.close()
    print(json ? JSON.stringify(rows) : table(rows))
  })
}
