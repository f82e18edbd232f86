import { register, signIn } from '../api.js'
import { field, form, h } from '../dom.js'

/** The way in: an account that is there, or a new one. */
export function signin (main, { enter }) {
  const place = h('section.panel')
  const login = () => place.replaceChildren(
    h('h2', 'Sign in'),
    form({ class: 'stack' }, [
      field('Email', h('input', { name: 'email', type: 'email', autocomplete: 'username', required: true })),
      field('Password', h('input', { name: 'password', type: 'password', autocomplete: 'current-password', required: true }))
    ], 'Sign in', async (credentials) => {
      await signIn(credentials)
      enter()
    }),
    h('p', 'New here? ', h('button.link', { type: 'button', onclick: anew }, 'Make an account')),
    h('p.fine', 'npm start prints a login for trying things out.')
  )
  const anew = () => {
    place.replaceChildren(
      h('h2', 'Make an account'),
      form({ class: 'stack' }, [
        field('Name', h('input', { name: 'name', autocomplete: 'name', required: true, maxlength: 200 }), 'The one that others know you by.'),
        field('Email', h('input', { name: 'email', type: 'email', autocomplete: 'username', required: true })),
        field('Password', h('input', { name: 'password', type: 'password', autocomplete: 'new-password', required: true, minlength: 8 }), 'At least eight characters.')
      ], 'Make an account', async (account) => {
        await register(account)
        enter('#/questions')
      }),
      h('p', 'Been here before? ', h('button.link', { type: 'button', onclick: login }, 'Sign in'))
    )
    place.querySelector('input').focus()
  }
  main.append(
    h('div.hero',
      h('h1', { tabindex: -1 }, 'Who should you work with, and why?'),
      h('p.lead', 'Answer two questions in your own words. TERAFFI reads them as facts, finds who fits, and shows for every match the path and the sentence behind it.')),
    place)
  login()
}
