import { get, patch, post } from '../api.js'
import { acting, degraded, field, form, h, load, notice, renew } from '../dom.js'
import { capital, day, minorOf, moment, money, words } from '../format.js'
import { hear } from '../live.js'
import { learnNames, nameOf } from '../names.js'
import { told } from './paths.js'
import { STAGES, mover } from './stages.js'
import { talk } from './talk.js'

/** One partnership: where it stands, what is due, what was paid, and what the graph knows of it. */
export function deal (main, { id, me }) {
  const place = h('div')
  const talking = talk(id, me)
  main.append(h('a.back', { href: '#/partnerships' }, '← All partnerships'), place, talking.element)
  const path = `/partnerships/${encodeURIComponent(id)}`
  const ask = async () => {
    const { data } = await get(path)
    const ids = data.members.map(({ memberId }) => memberId)
    const [history, transactions, ledger, around] = await Promise.all([
      get(`${path}/history`), get(`${path}/transactions`), get(`${path}/ledger`), get(`/graph/neighborhood/${encodeURIComponent(ids[0])}`, { limit: 500 }), learnNames(ids)
    ])
    const facts = around.data.facts.filter(({ source, object, subject }) => source === `partnership:${id}` && ids.includes(subject) && ids.includes(object))
    return { deal: data, history: history.data, transactions: transactions.data, ledger: ledger.data, facts, meta: around.meta }
  }
  const again = () => renew(place, ask, show).catch(() => {})
  const show = (known) => shown(known, { path, me, again })
  load(place, ask, show)
  const end = hear(`partnership:${id}`, again)
  return () => {
    end()
    talking.end()
  }
}

function shown ({ deal, history, transactions, ledger, facts, meta }, { path, me, again }) {
  const { id, title, stage, status, members, moves, totalValueMinor, currency, commissionRatePpm, milestones } = deal
  return [
    degraded(meta),
    h('h1', { tabindex: -1 }, title),
    h('p.lead', members.map(({ memberId, role }, i) => [i > 0 && ' and ', memberId === me.sub ? 'you' : h('a', { href: `#/matches/${encodeURIComponent(memberId)}` }, nameOf(memberId)), ` (${role})`]).flat()),
    h('ol.track', { 'aria-label': 'Stages' }, STAGES.map((name) => h('li', {
      'aria-current': name === stage ? 'step' : null,
      'data-done': STAGES.indexOf(name) < STAGES.indexOf(stage)
    }, capital(words(name))))),
    h('div.row', moves.map((to) => mover(id, stage, to, again)),
      status !== 'active' && h(`span.chip.${status}`, capital(words(status))),
      status === 'active' && acting('button.plain', {}, 'Put on hold', () => patch(path, { status: 'on_hold' }).then(again)),
      status === 'on_hold' && acting('button', {}, 'Take up again', () => patch(path, { status: 'active' }).then(again)),
      isOpen(status) && ender(path, stage, again)),
    h('div.columns',
      h('section.panel.stack', h('h2', 'Money'),
        h('p', `${isSigned(stage) ? 'Agreed' : 'Proposed'}: ${totalValueMinor > 0 ? money(totalValueMinor, currency) : 'no value yet'} · commission ${commissionRatePpm / 10_000} %`),
        paid(transactions, ledger),
        isOpen(status) && payment(path, currency, again)),
      h('section.panel.stack', h('h2', 'Milestones'), due(path, milestones, again)),
      h('section.panel.stack', h('h2', 'In the graph'),
        facts.length === 0
          ? h('p.fine', 'The graph has not learnt of it yet.')
          : facts.map((fact) => h('figure.evidence', told(fact)))),
      h('section.panel.stack', h('h2', 'History'), h('ol.history', history.toReversed().map(({ at, fromStage, toStage, fromStatus, toStatus, reason }) =>
        h('li', h('time.fine', { datetime: at }, moment(at)), ' ',
          fromStage === toStage ? `${words(fromStatus)} → ${words(toStatus)}` : fromStage === null ? `Begun at ${words(toStage)}` : `${words(fromStage)} → ${words(toStage)}`,
          reason && h('span.fine', ` ${reason}`))))))
  ].filter(Boolean)
}

const isOpen = (status) => status === 'active' || status === 'on_hold'
const isSigned = (stage) => STAGES.indexOf(stage) >= STAGES.indexOf('execution')

/** What is not signed is declined, what is signed is cancelled; both end it for good. */
function ender (path, stage, again) {
  const [label, status] = isSigned(stage) ? ['Cancel', 'cancelled'] : ['Decline', 'declined']
  return acting('button.plain', {}, label, async () => {
    if (!confirm(`${label} this partnership? That ends it for good.`)) return
    await patch(path, { status })
    await again()
    notice(`The partnership is ${status}.`)
  })
}

function paid (transactions, { balances }) {
  if (transactions.length === 0) return h('p.fine', 'Nothing was paid yet.')
  return h('div.wide',
    h('table',
      h('thead', h('tr', h('th', { scope: 'col' }, 'When'), h('th', { scope: 'col' }, 'What'), h('th.number', { scope: 'col' }, 'Amount'), h('th.number', { scope: 'col' }, 'Commission'))),
      h('tbody', transactions.map(({ createdAt, type, amountMinor, currency, commission }) =>
        h('tr', h('td', moment(createdAt)), h('td', capital(type)), h('td.number', money(amountMinor, currency)), h('td.number', money(commission.amountMinor, currency)))))),
    h('p.fine', 'The books: ', balances.map(({ account, amountMinor, currency }) => `${account} ${money(amountMinor, currency)}`).join(', '), '. They sum to zero.'))
}

function payment (path, currency, again) {
  let key = crypto.randomUUID() // one key per payment: sent twice, it is booked once
  return form({ class: 'row end' }, [
    field(`Payment, ${currency}`, h('input', { name: 'amount', inputmode: 'decimal', required: true, placeholder: '0.00', size: 10 }))
  ], 'Book', async ({ amount }) => {
    const amountMinor = minorOf(amount, currency)
    if (Number.isNaN(amountMinor)) throw new Error(`"${amount}" is not an amount; write it as 1200.50.`)
    await post(`${path}/transactions`, { type: 'payment', amountMinor, currency }, { 'idempotency-key': key })
    key = crypto.randomUUID()
    await again()
    notice(`Booked ${money(amountMinor, currency)}.`)
  })
}

function due (path, milestones, again) {
  return h('div.stack',
    milestones.length === 0
      ? h('p.fine', 'None yet.')
      : h('ul.milestones', milestones.map(({ id, title, dueDate, status }) => h('li.row.apart',
        h('span', status === 'completed' ? h('s', title) : title, dueDate && h('span.fine', ` by ${day(dueDate)}`)),
        status === 'completed' ? h('span.chip.completed', 'Done') : acting('button.plain', {}, 'Done', () => patch(`${path}/milestones/${id}`, { status: 'completed' }).then(again))))),
    form({ class: 'row end' }, [
      field('What is due', h('input', { name: 'title', required: true, maxlength: 200 })),
      field('By', h('input', { name: 'dueDate', type: 'date' }))
    ], 'Add', async ({ title, dueDate }) => {
      await post(`${path}/milestones`, { title, ...dueDate !== '' && { dueDate } })
      await again()
      notice(`Added ${title}.`)
    }))
}
