import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { debugging } from '../engine/config.js'
import { EXPORT_FORMATS, FORMATS, MODES } from '../models/imports.js'

/**
 * The commands. Each loads what it needs when it runs, so that `teraffi extract` opens no store and starts fast.
 * Exit codes: 0 done, 1 failed, 2 misused.
 */
export async function main (argv: string[]): Promise<void> {
  process.stdout.on('error', leaveQuietly)
  try {
    await program().parseAsync(argv, { from: 'user' })
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? misused(error) : failed(error)
  }
}

function program (): Command {
  const teraffi = new Command('teraffi').description('Who should work with whom, and why.').version('0.1.0')
    .exitOverride().configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'teraffi: ')) })
  serving(teraffi)
  texts(teraffi)
  matching(teraffi)
  data(teraffi)
  for (const command of teraffi.commands) command.exitOverride().configureOutput(teraffi.configureOutput())
  return teraffi
}

function serving (teraffi: Command): void {
  teraffi.command('start').description('start everything, load the demo world where there is nothing yet, and serve')
    .action(async () => (await import('./commands/serve.js')).start())
  teraffi.command('dev').description('as start, and again after each change of a file')
    .action(async () => (await import('./commands/serve.js')).dev())
  teraffi.command('stores').description('keep the managed stores running between commands')
    .addArgument(teraffi.createArgument('<what>', 'up, down or status').choices(['up', 'down', 'status']))
    .action(async (what) => (await import('./commands/stores.js')).stores(what))
  teraffi.command('doctor').description('where the deals in Postgres and the graph disagree')
    .action(async () => (await import('./commands/doctor.js')).doctor())
  teraffi.command('status').description('which stores answer, and what is degraded')
    .action(async () => (await import('./commands/stores.js')).status())
  teraffi.command('routes').description('every route, and the permission that it asks for')
    .option('--json', 'the same as JSON')
    .action(async (options) => (await import('./commands/routes.js')).routes(options))
}

function texts (teraffi: Command): void {
  teraffi.command('extract').description('which triples a text holds; reads stdin when no file is given')
    .argument('[file]')
    .option('--owner <name>', 'who the first person stands for', 'I')
    .option('--jsonl', 'read lines {"text", "owner"}, print a line {"triples"} for each')
    .addOption(new Option('--format <format>', 'json: a triple a line; tab: open tuples of one tokenised sentence a line').choices(['json', 'tab']).default('json'))
    .option('--explain', 'behind each triple of plain text the parse, the rule and the confidence')
    .option('--strict', 'leave out what the closed vocabulary does not know')
    .action(async (file, options) => (await import('./commands/extract.js')).extractCommand(file, options))
  teraffi.command('onboard').description('two questions, then the first matches')
    .option('--limit <n>', 'how many matches', whole, 5)
    .action(async (options) => (await import('./commands/onboard.js')).onboard(options))
}

const EXPLAIN = () => new Option('--explain <depth>', 'how much to say about each match').choices(['none', 'summary', 'full']).default('summary')

function matching (teraffi: Command): void {
  teraffi.command('discover').description('who fits a member, or a wish in plain words')
    .argument('[seeker]', 'id of the member who looks')
    .option('--query <text>', 'what is looked for, in plain words')
    .option('--kinds <kinds>', 'what may be found: member,brand,item,…', list)
    .option('--limit <n>', 'how many', whole, 10)
    .option('--filter <name=value...>', 'industry=food, followers.min=1000, …', collect)
    .addOption(EXPLAIN())
    .option('--json', 'the data of the answer, as the API gives it')
    .action(async (seeker, options) => (await import('./commands/match.js')).discover(seeker, options))
  teraffi.command('recommend').description('the best matches of a stored member')
    .argument('<member>')
    .option('--kind <kind>', 'what may be found')
    .option('--limit <n>', 'how many', whole, 10)
    .option('--fresh', 'compute anew, whatever the cache holds')
    .addOption(EXPLAIN())
    .option('--json', 'the data of the answer, as the API gives it')
    .action(async (member, options) => (await import('./commands/match.js')).recommend(member, options))
  teraffi.command('explain').description('the full breakdown of one pair')
    .argument('<member>').argument('<target>')
    .option('--json', 'the data of the answer, as the API gives it')
    .action(async (member, target, options) => (await import('./commands/match.js')).explain(member, target, options))
}

function data (teraffi: Command): void {
  teraffi.command('migrate').description('bring the schema of the stores up to date')
    .action(async () => (await import('./commands/data.js')).migrate())
  teraffi.command('seed').description('load the demo world; loading twice changes nothing')
    .action(async () => (await import('./commands/data.js')).seed())
  teraffi.command('import').description('load files of facts, nodes or prose, one after the other; .gz is fine, header.csv,part1.csv,part2.csv too, - is standard input')
    .argument('<file...>')
    .option('--offline', 'the first load of an empty store, through Neo4j\'s own loader')
    .addOption(new Option('--format <format>', 'pairs: a user, then the items; triples (CSV), tsv, jsonl: subject, predicate, object; by the name of the file where it ends in one')
      .choices(FORMATS))
    .option('--map <from=to...>', 'what names in the file stand for: columns.from=subject labels.Person=Member relations.knows=PARTNERED_WITH')
    .option('--about <id>', 'whose words a text is, such as member:ada')
    .option('--rejected <file>', 'where the rows go that are refused, to be mended and imported')
    .addOption(new Option('--on-error <what>', 'at the first row that is refused').choices(['continue', 'abort']).default('continue'))
    .addOption(new Option('--mode <mode>', 'create: what is known already from elsewhere is refused').choices(MODES).default('upsert'))
    .option('--dry-run', 'only tell what would change')
    .action(async (files, options) => (await import('./commands/data.js')).importCommand(files, options))
  teraffi.command('imports').description('what has been imported, the last one first')
    .action(async () => (await import('./commands/data.js')).listImports())
  teraffi.command('undo').description('take back exactly what one import said')
    .argument('<importId>')
    .action(async (importId) => (await import('./commands/data.js')).undoCommand(importId))
  entities(teraffi)
  teraffi.command('export').description('write all nodes and facts of the tenant, to be imported again; to stdout when no file is given')
    .argument('[file]', 'gzipped where its name ends in .gz')
    .addOption(new Option('--format <format>', 'JSON lines, or N-Triples for any reader').choices(EXPORT_FORMATS).default('jsonl'))
    .action(async (file, options) => (await import('./commands/data.js')).exportCommand(file, options))
  analysing(teraffi)
  measuring(teraffi)
}

function entities (teraffi: Command): void {
  const command = teraffi.command('entities').description('which nodes are one: what is proposed, said, taken back')
  const load = () => import('./commands/entities.js')
  command.command('duplicates').description('pairs that are probably one, the surest first; nothing is merged')
    .option('--limit <n>', 'how many', whole, 50)
    .option('--json', 'the data of the answer, as the API gives it')
    .action(async (options) => (await load()).duplicates(options))
  command.command('merge').description('say that a node is another: all that is told of the first is told of the second')
    .argument('<from>').argument('<into>')
    .option('--reason <text>', 'why')
    .option('--across-kinds', 'also where they are of different kinds')
    .action(async (from, into, options) => (await load()).merge(from, into, options))
  command.command('unmerge').description('take a merge back').argument('<merge>', 'its id, or that of the node that was merged away').action(async (id) => (await load()).unmerge(id))
  command.command('merges').description('the merges that hold, the last one first').action(async () => (await load()).merges())
  command.command('alias').description('let a node go by a further name').argument('<id>').argument('<name>')
    .option('--remove', 'no longer')
    .action(async (id, name, options) => (await load()).alias(id, name, options))
  command.command('apart').description('remember that two are not the same').argument('<id>').argument('<other>')
    .action(async (id, other) => (await load()).apart(id, other))
  for (const one of command.commands) one.exitOverride()
}

const bounded = (command: Command) => command
  .option('--param <name=value...>', 'a parameter', collect)
  .option('--limit <n>', 'how many rows at most', whole, 100)
  .option('--timeout-ms <n>', 'how long it may take', whole, 10_000)
  .addOption(new Option('--format <format>').choices(['table', 'csv', 'jsonl']).default('table'))

function analysing (teraffi: Command): void {
  const query = teraffi.command('query').description('the queries that analysts run, in cypher/analysts')
  query.command('list').description('every query by question, and what it takes')
    .addOption(new Option('--format <format>', 'markdown: docs/browser-guide.md without its head').choices(['text', 'markdown']).default('text'))
    .action(async (options) => (await import('./commands/query.js')).listQueries(options))
  bounded(query.command('run').description('run one by name').argument('<name>'))
    .action(async (name, options) => (await import('./commands/query.js')).runQuery(name, options))
  bounded(teraffi.command('cypher').description('a query by hand, read-only; reads stdin when none is given').argument('[query]'))
    .action(async (text, options) => (await import('./commands/query.js')).cypher(text, options))
  const graph = teraffi.command('graph').description('the graph of the tenant')
  graph.command('schema').description('labels, relations and properties, how many of each, an example')
    .addOption(new Option('--format <format>', 'markdown: docs/graph-schema.md without its head').choices(['table', 'markdown', 'json']).default('table'))
    .action(async (options) => (await import('./commands/query.js')).schema(options))
  graph.command('hash').description('one number for all that the graph says: the same where nothing differs')
    .action(async () => (await import('./commands/data.js')).hashCommand())
  for (const command of [...query.commands, ...graph.commands]) command.exitOverride()
}

function measuring (teraffi: Command): void {
  teraffi.command('evaluate').description('how good the lists are: recall, NDCG and coverage on files, without any store')
    .requiredOption('--train <file>', 'a line is a user, then the items they have; .gz is fine')
    .requiredOption('--test <file>', 'the same form: the items to be found')
    .option('--facts <file>', 'cold start: what is known of the items, as CSV of subject, predicate, object and types')
    .option('--candidates <file>', 'cold start: the items that nobody has yet, one id a line')
    .option('--valid-share <share>', 'of the training pairs, the last of each user, for choosing settings', share, 0.2)
    .option('--k <n>', 'how long a list is', whole, 20)
    .option('--tune', 'look longer for settings, on the training part alone')
    .option('--served', 'by what discover serves, without what is learnt from the pairs')
    .option('--no-store', 'read the files only; so far it never does otherwise')
    .option('--json', 'recall, ndcg, coverage, users and seconds as one object')
    .action(async (options) => (await import('./commands/evaluate.js')).evaluate(options))
  teraffi.command('bench').description('measure; results go to benchmarks/results')
    .argument('[name]')
    .action(async (name) => (await import('./commands/scripts.js')).runBenchmarks(name))
  teraffi.command('model').description('make the real embedding weights, where the hub is out of reach')
    .action(async () => (await import('./commands/scripts.js')).makeModel())
}

function whole (text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

function share (text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('It must be a number between 0 and 1.')
  return value
}

const list = (text: string) => text.split(',').map((item) => item.trim()).filter(Boolean)

function collect (text: string, before: [string, string][] = []): [string, string][] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It must be name=value.')
  return [...before, [name.trim(), value.trim()]]
}

/** Whoever reads our output may stop reading, as in "teraffi extract … | head". */
function leaveQuietly (error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}

/** Commander has said what is wrong; asking for help or the version is no misuse. */
const misused = ({ exitCode }: CommanderError) => exitCode === 0 ? 0 : 2

function failed (error: unknown): number {
  const message = error instanceof Error ? error.message || error.name : String(error)
  process.stderr.write(`teraffi: ${message.split('\n')[0]}\n`)
  if (debugging() && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return 1
}
