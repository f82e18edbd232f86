import { get, post } from '../api.js'
import { field, form, h, load } from '../dom.js'
import { moment } from '../format.js'
import { hear } from '../live.js'
import { learnNames, nameOf } from '../names.js'

/** What the parties of a partnership say to each other, live. Returns the section and how it ends. */
export function talk (partnershipId, me) {
  const place = h('div')
  let room
  let end = () => {}
  let left = false
  const ask = async () => {
    room ??= (await post('/collaboration/workspaces', { partnershipId })).data.id // asked again, it is the same one
    const { data } = await get(`/collaboration/workspaces/${room}`)
    await learnNames(data.comments.flatMap(({ authorId }) => authorId ?? []))
    return data.comments
  }
  const again = async () => { await ask().then((comments) => place.replaceChildren(shown(comments, me)), () => {}) }
  const say = form({ class: 'row end' }, [field('Say something', h('input', { name: 'text', required: true, maxlength: 5000, autocomplete: 'off' }))], 'Send', async ({ text }) => {
    await post(`/collaboration/workspaces/${room}/comments`, { text })
    say.reset()
    await again()
  })
  load(place, ask, (comments) => {
    if (!left) end = hear(`workspace:${room}`, again)
    return shown(comments, me)
  })
  return {
    element: h('section.panel.stack', h('h2', 'Talk'), place, say),
    end: () => {
      left = true
      end()
    }
  }
}

const shown = (comments, me) => comments.length === 0
  ? h('p.fine', 'Nothing was said yet.')
  : h('ol.talk', comments.map(({ text, authorId, at }) => h('li',
    h('p.fine', h('b', authorId === me.sub ? 'You' : authorId === null ? 'Someone who left' : nameOf(authorId)), ` ${moment(at)}`),
    h('p', text ?? 'Taken back'))))
