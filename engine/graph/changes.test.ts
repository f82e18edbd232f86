import t from 'tap'
import { TOUCHES, watchChanges } from './changes.js'
import { loadQueries } from './query.js'

/** Queries that write what no score reads, by what they write. */
const BESIDE: Record<string, string[]> = {
  'the count of writes, and the notes of what they touched': ['graph/lock', 'graph/unchanged', 'graph/log-change', 'projection/mark'],
  'how far an import or a deal has come': ['graph/import-mark', 'graph/forget-import', 'deals/mark'],
  'who runs an import that waits': ['cancel', 'claim', 'queue', 'release', 'renew'].map((name) => `imports/${name}`),
  'what happened, for whoever listens': ['events/append', 'events/forget', 'events/forget-member'],
  'what the parties of a deal keep together': ['add-asset', 'add-comment', 'forget-member', 'open', 'rename'].map((name) => `workspaces/${name}`),
  'logins and their sessions': ['create', 'change', 'open-session', 'spend', 'revoke-account', 'revoke-family'].map((name) => `accounts/${name}`),
  'organisations, roles, projects, flags': ['lock-organization', 'join-organization', 'create-role', 'set-roles', 'create-project', 'put-flag'].map((name) => `accounts/${name}`),
  'who did what': ['accounts/note', 'accounts/forget-audit'],
  'which facts a text says; the facts are written by others': ['accounts/write-document', 'accounts/move-places'],
  'which nodes are one, and how they were apart': ['begin', 'end', 'put-moved', 'drop-moved', 'forget-member', 'put-alias', 'drop-alias', 'put-apart'].map((name) => `entities/${name}`)
}

t.test('a query that writes says what it touches of the graph, or is known to write beside it', async (t) => {
  const queries = loadQueries()
  const writers = [...queries.values()].filter(({ writes }) => writes).map(({ name }) => name)
  const beside = Object.values(BESIDE).flat()
  t.same([...Object.keys(TOUCHES), ...beside].sort(), writers.sort(), 'each is in TOUCHES or BESIDE, none in both, and all of them exist')
  for (const name of beside) t.notMatch(queries.get(name)!.text, /\bEntity\b/, `${name} names no node that a score reads`)
})

t.test('what it touches by its parameters, the query takes', async (t) => {
  const queries = loadQueries()
  for (const [name, touch] of Object.entries(TOUCHES)) {
    const asked: string[] = []
    touch(new Proxy({}, { get: (_, key: string) => { asked.push(key); return [] } }), [])
    for (const key of asked) t.ok(key in queries.get(name)!.takes, `${name} takes ${key}`)
  }
})

t.test('a transaction adds up what its queries touch, and touches nothing where its count was taken back', async (t) => {
  const watch = watchChanges()
  watch.ran('graph/lock', { tenantId: 'demo' }, [{ version: 7 }])
  watch.ran('graph/merge-entities', { entities: [{ id: 'member:ada' }, { id: 'topic:jazz' }] }, [{ id: 'topic:jazz' }])
  watch.ran('graph/merge-facts', { groups: [{ subject: 'member:ada', facts: [{ factId: 'f1', object: 'topic:jazz' }] }] }, [])
  watch.ran('graph/version', { tenantId: 'demo' }, [])
  t.same(watch.change(), { tenantId: 'demo', change: { version: 7, nodes: ['topic:jazz'], facts: ['member:ada\tf1\ttopic:jazz'], texts: false } })
  watch.ran('graph/unchanged', { tenantId: 'demo' }, [])
  t.equal(watch.change(), null)
})
