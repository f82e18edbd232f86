/** Elements by hand. What is given as text stays text, whatever is in it. */

const SVG = 'http://www.w3.org/2000/svg'

/** `h('button.primary', { onclick, disabled: true }, 'Save')`: an element with classes, properties and children; null children are left out. */
export const h = (spec, ...rest) => made((tag) => document.createElement(tag), spec, rest)

/** The same for SVG. */
export const s = (spec, ...rest) => made((tag) => document.createElementNS(SVG, tag), spec, rest)

function made (create, spec, [first, ...others]) {
  const [tag, ...classes] = spec.split('.')
  const element = create(tag)
  const given = isProperties(first)
  if (classes.length > 0) element.setAttribute('class', classes.join(' '))
  if (given) for (const [name, value] of Object.entries(first)) set(element, name, value)
  element.append(...(given ? others : [first, ...others]).flat().filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

const isProperties = (value) => typeof value === 'object' && value !== null && !(value instanceof Node) && !Array.isArray(value)

function set (element, name, value) {
  if (value === null || value === undefined || value === false) return
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
  else if (name.startsWith('--')) element.style.setProperty(name, value)
  else if (name === 'value') element.value = value
  else element.setAttribute(name, value === true ? '' : value)
}

/** What a request brings: first that it is under way, then its answer, or what went wrong and a way to try again. */
export async function load (place, ask, show) {
  place.replaceChildren(h('div.waiting', { role: 'status' }, h('span.unseen', 'Loading …'), h('i'), h('i'), h('i')))
  place.setAttribute('aria-busy', 'true')
  const mayShow = turn(place, { only: true })
  const put = (...children) => {
    if (!mayShow()) return
    place.replaceChildren(...children)
    place.removeAttribute('aria-busy')
  }
  try {
    const answer = await ask()
    if (mayShow()) put(...[show(answer)].flat())
  } catch (error) {
    put(problem(error, () => load(place, ask, show)))
  }
}

/** The same once more, in the place of what is shown, with what someone is typing; what goes wrong is for the caller. */
export async function renew (place, ask, show) {
  const mayShow = turn(place)
  const answer = await ask()
  if (!mayShow()) return
  const typed = typedIn(place)
  place.replaceChildren(...[show(answer)].flat())
  place.removeAttribute('aria-busy')
  for (const { id, value, focused } of typed) {
    const field = document.getElementById(id)
    if (field === null) continue
    Object.assign(field, { value })
    field.dataset.typed = ''
    if (focused) field.focus()
  }
}

/** The fields that someone has typed in, but for those of a form that is being sent. */
const typedIn = (place) => [...place.querySelectorAll('form [data-typed]')]
  .filter((field) => !field.form.querySelector('button[type=submit]').disabled)
  .map((field) => ({ id: field.id, value: field.value, focused: document.activeElement === field }))

const turns = new WeakMap()

/** Answers come in any order: one that was asked for before what is shown, or (`only`) before what is awaited, is no more wanted. */
function turn (place, { only = false } = {}) {
  const held = turns.get(place) ?? { asked: 0, least: 0 }
  turns.set(place, held)
  const mine = ++held.asked
  if (only) held.least = mine
  return () => {
    if (mine < held.least) return false
    held.least = mine
    return true
  }
}

const problem = (error, again) => h('div.panel.problem', { role: 'alert' },
  h('h2', error.code === 'unreachable' || error.code === 'unavailable' ? 'Not to be reached just now' : 'This did not work'),
  h('p', error.message),
  error.requestId && h('p.fine', `Request ${error.requestId}`),
  again && h('button', { type: 'button', onclick: again }, 'Try again'))

export const nothing = (title, text, ...actions) => h('div.panel.nothing', h('h2', title), h('p', text), actions.length > 0 && h('p.row', actions))

/** What answers had to do without. */
export const degraded = (meta) => (meta?.degraded ?? []).length === 0
  ? null
  : h('details.degraded', h('summary', 'Not everything is at work'), h('ul', meta.degraded.map((reason) => h('li', reason))))

/** A line at the foot of the page that goes away by itself; `action` is a way back. */
export function notice (text, action) {
  const line = h('p.notice', h('span', text), action && h('button.plain', {
    type: 'button',
    onclick: () => {
      line.remove()
      action.act()
    }
  }, action.label))
  document.getElementById('notices').replaceChildren(line)
  setTimeout(() => line.remove(), action ? 12_000 : 6_000)
}

/** A button that cannot be pressed twice while its work is under way; what goes wrong is said at the foot of the page. */
export function acting (spec, properties, label, act) {
  const button = h(spec, { type: 'button', ...properties, onclick: () => busy(button, act) }, label)
  return button
}

async function busy (button, act) {
  if (button.disabled) return
  button.disabled = true
  try {
    await act()
  } catch (error) {
    notice(error.message)
  } finally {
    button.disabled = false
  }
}

/** A form whose fields come as an object; what is refused is said beside the button. */
export function form (properties, fields, label, submit, kind = 'primary') {
  const refusal = h('p.refusal', { role: 'alert' })
  const button = h(`button.${kind}`, { type: 'submit' }, label)
  const element = h('form', {
    ...properties,
    oninput: ({ target }) => {
      refusal.textContent = ''
      target.dataset.typed = ''
    },
    onsubmit: async (event) => {
      event.preventDefault()
      refusal.textContent = ''
      button.disabled = true
      try {
        await submit(Object.fromEntries(new FormData(element)))
      } catch (error) {
        refusal.textContent = error.message
      } finally {
        button.disabled = false
      }
    }
  }, fields, h('div.row', button), refusal)
  return element
}

/** A labelled field; `hint` says what is wanted. */
export function field (label, input, hint) {
  const id = `field-${input.getAttribute('name')}`
  input.id = id
  if (hint) input.setAttribute('aria-describedby', `${id}-hint`)
  return h('div.field', h('label', { for: id }, label), hint && h('p.fine', { id: `${id}-hint` }, hint), input)
}

/** One of a few, as buttons that exclude each other. */
export const choice = (legend, name, options, chosen, change) => h('fieldset.choice', h('legend.unseen', legend), options.map(([value, label]) =>
  h('label', h('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => change(value) }), h('span', label))))
