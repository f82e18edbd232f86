import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { adminOf, ask, logIn, register, startServer, type Server } from './server.js'

/**
 * Schemathesis makes requests out of /openapi.json, good ones and broken ones, and holds every answer to the documentation. It is a Python
 * program that CI installs; TERAFFI_SCHEMATHESIS says where. TERAFFI_FUZZ_SEED gives other requests.
 */

t.setTimeout(600_000)

const run = promisify(execFile)
const program = process.env['TERAFFI_SCHEMATHESIS'] ?? ''
const seed = Number(process.env['TERAFFI_FUZZ_SEED'] ?? 45113)
const CASES_MIN = 2_000

/**
 * What is left out, and why. `positive_data_acceptance` refuses each 400 to what has the right shape, but a shape cannot say that a day
 * must exist or that the parties of a deal must differ. `unsupported_method` wants 405; here what is not there is 404, whatever its method.
 */
const LEFT_OUT = ['positive_data_acceptance', 'unsupported_method']

/** Whoever logs out or erases themselves can ask nothing more, so someone asks these who is not needed afterwards. */
const ENDING = ['POST /api/v1/auth/logout', 'DELETE /api/v1/users/me']

interface Report {
  operations: { tested: number }
  test_cases: { generated: number, errored: number }
  failures: { title: string, count: number, operations: string[] }[]
}

t.test(`C-19 every answer is as documented, seed ${seed}`, { skip: program === '' ? 'TERAFFI_SCHEMATHESIS does not name the program' : false }, async (t) => {
  const tenantId = `contract-${randomUUID()}`
  const server = await startServer(t, tenantId)
  const admin = await logIn(server, adminOf(tenantId))
  const spare = await register(server)
  const deal = await ask(server, 'POST', '/api/v1/partnerships', {
    token: admin, body: { title: 'A tour', members: [{ memberId: 'member:mia-tran' }, { memberId: 'member:jerome-baptiste' }] }
  })
  t.equal(deal.status, 200)

  let cases = 0
  const fuzz = async (what: string, token: string, filters: string[], config = '') => {
    const report = await schemathesis(t, server, token, filters, config)
    t.same(report.failures, [], `${what}: nothing is other than documented`)
    t.match(report.test_cases, { errored: 0 })
    t.comment(`${what}: ${report.test_cases.generated} cases of ${report.operations.tested} operations`)
    cases += report.test_cases.generated
  }
  await fuzz('everything', admin, ENDING.flatMap((name) => ['--exclude-name', name]))
  await fuzz('a deal that is there', admin, ['--include-path-regex', '^/api/v1/partnerships/.id'], `parameters = { "path.id" = "${deal.data.id}" }`)
  await fuzz('what ends a login', spare.accessToken, ENDING.flatMap((name) => ['--include-name', name]))

  t.ok(cases >= CASES_MIN, `${cases} cases`)
  const answered = server.log.filter(({ message }) => message === 'answered')
  t.ok(answered.length >= CASES_MIN, `the server says so too: it answered ${answered.length}`)
  t.same(server.log.filter(({ context, level }) => level === 'error' || context.statusCode! >= 500), [], 'and nothing was its mistake')
})

/** Runs it in a folder of its own, where it finds its settings and leaves its report. */
async function schemathesis (t: Test, { address }: Server, token: string, filters: string[], config: string): Promise<Report> {
  const cwd = mkdtempSync(join(tmpdir(), 'teraffi-contract-'))
  t.teardown(() => { rmSync(cwd, { recursive: true, force: true }) })
  writeFileSync(join(cwd, 'schemathesis.toml'), config)
  const { stdout } = await run(resolve(program), ['run', `${address}/openapi.json`, '--header', `Authorization: Bearer ${token}`, '--seed', String(seed),
    '--phases', 'coverage,fuzzing', '--max-examples', '15', '--workers', '2', '--continue-on-failure', '--generation-database', 'none', '--no-color',
    '--checks', 'all', '--exclude-checks', LEFT_OUT.join(), '--report', 'json', '--report-json-path', 'report.json', ...filters],
  { cwd, maxBuffer: 2 ** 26 }).catch((error: Error & { stdout?: string }) => ({ stdout: error.stdout ?? String(error) }))
  const report = join(cwd, 'report.json')
  if (!existsSync(report)) throw new Error(`Schemathesis made no report:\n${stdout}`)
  const found = JSON.parse(readFileSync(report, 'utf8')) as Report
  if (found.failures.length > 0) t.comment(stdout) // with the requests to try again
  return found
}
