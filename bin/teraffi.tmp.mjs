import { register } from 'tsx/esm/api'
register()
const { main } = await import('../api/cli.ts')
await main(process.argv.slice(2))
