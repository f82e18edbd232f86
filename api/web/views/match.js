import { get, post, put, remove } from '../api.js'
import { acting, field, form, h, notice } from '../dom.js'
import { TERMS, minorOf, percent, ppmOf, score } from '../format.js'
import { paths, told } from './paths.js'

/**
 * One match, from the score down to the sentences; `profile` is what a member shows of themselves, if it is one. `changed` is called when
 * the list should be asked for anew.
 */
export function match (me, affinity, profile, { changed }) {
  const { name, kind, reasons, components, confidence, warnings } = affinity
  const graph = paths(me, affinity, reasons)
  const accepted = (components.feedback ?? 0) > 0
  return h('article.match',
    h('a.back', { href: '#/matches' }, '← All matches'),
    h('div.row.apart',
      h('div', h('h2', { tabindex: -1 }, name), h('p.fine', `${kind} · ${percent(confidence)} sure of the facts`)),
      h('p.score', { 'aria-label': `Score ${score(affinity.score)}` }, score(affinity.score))),
    h('div.row',
      acting('button', { 'aria-pressed': String(accepted) }, accepted ? '✓ A good fit' : 'A good fit', () => accepted ? unsay(affinity, 'accept', changed) : say(affinity, 'accept', changed)),
      acting('button', {}, 'Not for me', () => say(affinity, 'reject', changed)),
      (kind === 'member' || kind === 'brand') && acting('button.primary', {}, 'Propose a partnership', () => propose(me, affinity))),
    about(profile),
    warnings.map((warning) => h('p.warning', warning)),
    bars(components),
    h('h3', 'The paths between you'),
    graph.element,
    h('h3', 'The reasons'),
    reasons.length === 0 && h('p', 'There is nothing that connects the two of you yet.'),
    h('ol.reasons', reasons.map((reason) => h('li', {
      onmouseenter: () => graph.light(reason),
      onmouseleave: () => graph.light(null)
    },
    h('p.row.apart', h('span', reason.text), h('b.value', `${reason.value < 0 ? '−' : '+'}${score(Math.abs(reason.value))}`)),
    reason.facts.length > 0 && h('details',
      h('summary', reason.facts.length === 1 ? 'The sentence' : 'The sentences'),
      reason.facts.map((fact) => h('figure.evidence', told(fact))))))),
    h('p.fine', `The reasons sum to the score: ${score(affinity.score)}.`))
}

function about (profile) {
  const [is, seeks] = [profile?.basicInfo?.about, profile?.goals?.about]
  return (is || seeks) && h('div.about', is && h('p', is), seeks && h('p', h('span.fine', 'Looks for: '), seeks))
}

/** The score by term; what speaks against a match reaches to the other side. */
function bars (components) {
  const parts = Object.entries(components).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
  const most = Math.max(...parts.map(([, value]) => Math.abs(value)))
  return h('dl.bars', parts.map(([term, value]) => h('div',
    h('dt', TERMS[term] ?? term),
    h('dd', h('i', { 'data-term': term, '--share': Math.abs(value) / most }), h('span.value', score(value))))))
}

/** The same as one small bar, for the list. */
export function strip (components, most) {
  const parts = Object.entries(components).filter(([, value]) => value !== 0)
  return h('span.strip', { role: 'img', 'aria-label': parts.map(([term, value]) => `${TERMS[term] ?? term} ${score(value)}`).join(', ') },
    parts.sort(([, a], [, b]) => b - a).map(([term, value]) => h('i', { 'data-term': term, title: `${TERMS[term] ?? term} ${score(value)}`, '--share': Math.abs(value) / most })))
}

export async function say ({ id, name }, type, changed) {
  const { data } = await put('/affinity/feedback', { targetId: id, type })
  await changed(type)
  const undo = { label: 'Undo', act: async () => { await remove(`/affinity/feedback/${data.id}`).then(changed, ({ message }) => notice(message)) } }
  notice(type === 'accept' ? `${name} counts as a good fit from now on.` : `${name} is left out from now on.`, undo)
}

async function unsay ({ id }, type, changed) {
  const { data } = await put('/affinity/feedback', { targetId: id, type }) // said again, it tells its id
  await remove(`/affinity/feedback/${data.id}`)
  await changed()
}

/** The terms of a partnership, as a first word; where there is one already, that one. */
async function propose (me, { id, name }) {
  const { data } = await get('/partnerships', { member: id, limit: 100 })
  const open = data.find(({ status, members }) => (status === 'active' || status === 'on_hold') && members.some(({ memberId }) => memberId === me.id))
  if (open !== undefined) {
    location.hash = `#/partnerships/${encodeURIComponent(open.id)}`
    return
  }
  const key = crypto.randomUUID()
  const dialog = h('dialog', { 'aria-labelledby': 'propose-title', onclose: () => dialog.remove() },
    h('h2', { id: 'propose-title' }, `Propose a partnership to ${name}`),
    form({ class: 'stack' }, [
      field('What is it about?', h('input', { name: 'title', required: true, maxlength: 200, value: `${me.name} × ${name}` })),
      h('div.row',
        field('Value', h('input', { name: 'value', inputmode: 'decimal', placeholder: '0.00' })),
        field('Currency', h('input', { name: 'currency', value: 'EUR', pattern: '[A-Za-z]{3}', title: 'Three letters, as EUR', required: true, size: 4, maxlength: 3 })),
        field('Commission, %', h('input', { name: 'commission', inputmode: 'decimal', value: '5', required: true, size: 5 })))
    ], 'Propose', async ({ title, value, currency: code, commission }) => {
      const currency = code.toUpperCase()
      const totalValueMinor = value.trim() === '' ? 0 : minorOf(value, currency)
      const commissionRatePpm = ppmOf(commission)
      if (Number.isNaN(totalValueMinor)) throw new Error(`"${value}" is not an amount; write it as 1200.50.`)
      if (Number.isNaN(commissionRatePpm)) throw new Error(`"${commission}" is not a share; write it as 5 or 2.5.`)
      const { data } = await post('/partnerships', { title, currency, totalValueMinor, commissionRatePpm, members: [{ memberId: me.id }, { memberId: id }] }, { 'idempotency-key': key })
      dialog.close()
      location.hash = `#/partnerships/${data.id}`
    }),
    h('button.plain', { type: 'button', onclick: () => dialog.close() }, 'Not now'))
  document.body.append(dialog)
  dialog.showModal()
}
