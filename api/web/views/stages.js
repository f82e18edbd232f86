import { put } from '../api.js'
import { acting, notice } from '../dom.js'
import { capital, words } from '../format.js'

/** In the order in which a partnership goes through them. Where one may move from here, its `moves` say. */
export const STAGES = ['discovery', 'initial_contact', 'negotiation', 'contract_review', 'execution', 'performance_tracking', 'completion']

/** A button that moves a partnership; forward or back is said by more than the arrow. */
export function mover (id, from, to, then) {
  const back = STAGES.indexOf(to) < STAGES.indexOf(from)
  const label = capital(words(to))
  return acting(back ? 'button.plain' : 'button', { 'aria-label': `${back ? 'Back' : 'On'} to ${label}`, 'data-to': to }, back ? `←\u00a0${label}` : `${label}\u00a0→`, async () => {
    await put(`/partnerships/${encodeURIComponent(id)}/stage`, { stage: to })
    await then()
    notice(`Moved to ${label}.`)
  })
}
