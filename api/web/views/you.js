import { forget, get, put, remove } from '../api.js'
import { acting, choice, field, form, h, load, notice } from '../dom.js'
import { day } from '../format.js'
import { remember } from '../names.js'
import { told } from './paths.js'

const GROUPS = { basicInfo: 'Who you are', businessInfo: 'Your business', goals: 'Whom you look for', preferences: 'What you prefer' }
const SEEN = [['public', 'Everyone'], ['network', 'Partners'], ['private', 'Only me']]

/** What is known of oneself, who sees it, and how to take it along or away. */
export function you (main, { me }) {
  const place = h('div')
  main.append(place)
  load(place, async () => {
    const [profile, privacy, around] = await Promise.all([get('/members/profile'), get('/members/privacy'), get(`/graph/neighborhood/${encodeURIComponent(me.sub)}`, { limit: 200 })])
    for (const { id, name } of around.data.nodes) remember(id, name)
    return { profile: profile.data, privacy: privacy.data, facts: around.data.facts }
  }, ({ profile, privacy, facts }) => [
    h('h1', { tabindex: -1 }, profile.name),
    h('p.lead', `${me.email} · ${me.roles.join(', ').replaceAll('_', ' ')}`),
    h('div.columns',
      h('section.panel.stack', h('h2', 'What you said'), texts(profile), h('p', h('a.button', { href: '#/questions' }, 'Change my answers'))),
      h('section.panel.stack', h('h2', 'Who sees it'), h('p.fine', 'What is not for everyone counts neither in answers nor in scores of others.'),
        Object.entries(GROUPS).map(([group, label]) => h('div.row.apart', h('span', label), seen(group, label, privacy[group])))),
      h('section.panel.stack', h('h2', `What the graph knows of you (${facts.length})`),
        facts.length === 0 ? h('p.fine', 'Nothing yet.') : h('div.scroll', facts.map((fact) => h('figure.evidence', told(fact))))),
      h('section.panel.stack', h('h2', 'Your data'),
        h('p', 'All that is kept of you, from every store, as one file; or taken out of every store.'),
        h('div.row', acting('button', {}, 'Download my data', download), h('button.danger', { type: 'button', onclick: erase }, 'Erase me …'))))
  ])
}

const texts = (profile) => Object.entries(GROUPS).map(([group, label]) => profile[group]?.about && h('div', h('p.fine', label), h('blockquote', profile[group].about)))
  .filter(Boolean)

const seen = (group, label, chosen) => choice(`Who sees: ${label}`, `seen-${group}`, SEEN, chosen, (value) => {
  put('/members/privacy', { [group]: value }).then(() => notice(`${label}: saved.`), ({ message }) => notice(message))
})

async function download () {
  const { data } = await get('/members/export')
  const href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }))
  h('a', { href, download: `teraffi-${day(new Date().toISOString()).replaceAll(/\W+/g, '-')}.json` }).click()
  URL.revokeObjectURL(href)
}

function erase () {
  const dialog = h('dialog', { 'aria-labelledby': 'erase-title', onclose: () => dialog.remove() },
    h('h2', { id: 'erase-title' }, 'Erase yourself?'),
    h('p', 'Your member, your facts, your account and your logins go from every store. Books keep amounts, without your name. There is no way back.'),
    form({ class: 'stack' }, [field('Type "erase" to do it', h('input', { name: 'word', required: true, autocomplete: 'off' }))], 'Erase me', async ({ word }) => {
      if (word.trim().toLowerCase() !== 'erase') throw new Error('Type the word erase.')
      await remove('/users/me')
      dialog.close()
      forget()
      dispatchEvent(new Event('signedout'))
    }, 'danger'),
    h('button.plain', { type: 'button', onclick: () => dialog.close() }, 'Keep me'))
  document.body.append(dialog)
  dialog.showModal()
}
