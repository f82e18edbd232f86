import { get, post } from '../api.js'
import { acting, field, form, h, load } from '../dom.js'
import { capital, percent, words } from '../format.js'

/** Two questions; then what was understood, to be accepted or dropped; then the matches. */
export function questions (main) {
  const place = h('div')
  main.append(h('h1', { tabindex: -1 }, 'Two questions'), place)
  load(place, () => get('/members/profile'), ({ data }) => ask(place, data))
}

function ask (place, { name, basicInfo, goals }) {
  const area = (name, value) => h('textarea', { name, rows: 4, required: true, maxlength: 5000, value: value ?? '' })
  return form({ class: 'stack panel' }, [
    field('What is your name?', h('input', { name: 'name', value: name, required: true, maxlength: 200 })),
    field('Who are you and what do you make?', area('about', basicInfo?.about), 'For example: I teach visible mending in Malmö and post about slow fashion for gen z.'),
    field('Who would you like to work with, and why?', area('wish', goals?.about), 'For example: I would love to work with repair brands. No fast fashion.')
  ], 'Read my answers', async ({ name, about, wish }) => {
    const told = { name, answers: [about, wish] }
    const { data } = await post('/onboarding/preview', told)
    place.replaceChildren(...understood(place, told, data))
    place.querySelector('h2').focus()
  })
}

/** Each triple with a box; a dropped one is neither stored nor scored. */
function understood (place, told, { triples, unmapped }) {
  const kept = new Set(triples)
  const text = told.answers.join('\n\n')
  const rows = triples.map((triple, i) => h('li.triple',
    h('input', {
      type: 'checkbox',
      id: `triple-${i}`,
      checked: true,
      onchange: ({ target }) => { if (target.checked) kept.add(triple); else kept.delete(triple) }
    }),
    h('label', { for: `triple-${i}` },
      h('span.fact', said(triple, told.name), ' ', h('b', triple.object)),
      h('span.fine', [capital(words(triple.relation.toLowerCase())), WISH[triple.modality], `${percent(triple.confidence)} sure`].filter(Boolean).join(' · ')),
      h('q', text.slice(triple.spans.sentence.start, triple.spans.sentence.end)))))
  return [
    h('section.panel.stack',
      h('h2', { tabindex: -1 }, 'This is what I understood'),
      triples.length === 0
        ? h('p', 'No facts were found in your answers. Plain sentences work best: what you make, for whom, where, and whom you look for.')
        : h('p', 'Untick what is wrong; it will be neither kept nor used.'),
      h('ul.triples', rows),
      unmapped.length > 0 && h('details', h('summary', `${unmapped.length} more, which became no facts`),
        h('ul', unmapped.map(({ subject, predicate, object, reason }) => h('li', `${subject} ${predicate} ${object}: ${reason}`)))),
      h('div.row',
        acting('button.primary', {}, 'Find my matches', async () => {
          await post('/onboarding', { ...told, triples: [...kept], limit: 1 })
          location.hash = '#/matches'
        }),
        h('button', { type: 'button', onclick: () => place.replaceChildren(ask(place, again(told))) }, 'Change my answers')))
  ]
}

const WISH = { desired: 'a wish', possible: 'perhaps' }

/** "You do not want", "Pocketloom look for": predicates are as in a dictionary. */
const said = ({ subject, predicate, polarity }, name) => [
  h('b', subject === name ? 'You' : subject),
  ` ${polarity === '-' ? predicate.replace(/^(?:be\b|)/, (be) => be ? 'are not' : 'do not ') : predicate.replace(/^be\b/, 'are')}`
]

const again = ({ name, answers: [about, wish] }) => ({ name, basicInfo: { about }, goals: { about: wish } })
