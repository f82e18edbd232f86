import Fastify from 'fastify'

// Fastify that returns a constant of so many bytes: the ceiling of any answer over HTTP.
const app = Fastify()
const constant = { data: 'x'.repeat(Number(process.argv[2])) }
app.post('/', async () => constant)
console.log(`listens at ${await app.listen({ port: 0, host: '127.0.0.1' })}`)
process.on('SIGTERM', () => { app.close().then(() => process.exit(0), () => process.exit(1)) })
