import { Icon } from './icons.js'
import { h } from './preact.js'
import { Composer } from './view-composer.js'
import { Log } from './view-log.js'

/** @import { Config, State } from './types.d.ts' */
/** @import { Texts } from './texts.js' */

/**
 * The whole chat.
 *
 * @param {{
 *   chat: import('./chat.js').Chat, config: Config, texts: Texts, lang: string, state: State,
 *   storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, close: () => void,
 * }} props
 */
export function App({ chat, config, texts, lang, state, storage, close }) {
  const embedded = config.mode === 'embed'
  const leave = (/** @type {KeyboardEvent} */ event) => embedded && event.key === 'Escape' && close()
  return h(
    'div',
    { class: 'chat', onKeyDown: leave },
    h(
      'header',
      null,
      h('span', { class: 'mark' }, h(Icon, { name: 'chat' })),
      h(
        'div',
        { class: 'titles' },
        h('h1', { dir: 'auto' }, config.title),
        config.subtitle !== '' && h('p', { dir: 'auto' }, config.subtitle),
      ),
      embedded &&
        h(
          'button',
          { type: 'button', class: 'close', 'aria-label': texts.close, onClick: close },
          h(Icon, { name: 'close' }),
        ),
    ),
    h('div', { role: 'status' }, state.offline && h('p', { class: 'offline' }, texts.offline)),
    h('main', null, h(Log, { chat, config, texts, lang, state }), h(Composer, { chat, config, texts, lang, storage })),
  )
}
