import { call } from './api.js'
import { Chat } from './chat.js'
import { frameHost, loaderPort, pageHost } from './host.js'
import { Outbox } from './outbox.js'
import { h, render } from './preact.js'
import { Session } from './session.js'
import { browserStorage } from './storage.js'
import { Store } from './store.js'
import { textsFor } from './texts.js'
import { upload } from './upload.js'
import { App } from './view-app.js'

/** @import { Config, Host } from './types.d.ts' */

const mount = /** @type {HTMLElement} */ (document.getElementById('app'))
/** @type {Config} */
const config = JSON.parse(mount.dataset.config ?? '{}')
const storage = browserStorage()

document.documentElement.style.setProperty('--accent', config.accent)
document.documentElement.style.setProperty('--ink', config.ink)

if (config.mode === 'embed') void embedded()
else start(pageHost(config, storage), new URLSearchParams(location.search).get('lang'))

/** In a frame: everything about the visitor comes through the loader's port. */
async function embedded() {
  const { port, init } = await loaderPort(config)
  const host = frameHost(port, init.session)
  const chat = start(host, init.lang)
  let shown = false
  const look = () => chat.show(shown && document.visibilityState === 'visible')
  /** @type {Record<string, (data: any) => void>} */
  const listeners = {
    session: ({ session }) => host.answered(session),
    shown: () => {
      shown = true
      look()
      document.querySelector('textarea')?.focus()
    },
    hidden: () => {
      shown = false
      look()
    },
    identify: ({ identity }) => void chat.identify(identity),
    logout: () => void chat.logout(),
  }
  document.addEventListener('visibilitychange', look)
  port.onmessage = ({ data }) => listeners[data?.type]?.(data)
  look()
}

/**
 * @param {Host} host
 * @param {string | null} wished
 */
function start(host, wished) {
  const { lang, locale, dir, texts } = textsFor([...(wished ? [wished] : []), ...navigator.languages])
  document.documentElement.lang = lang
  document.documentElement.dir = dir
  const { connectionId } = config
  const store = new Store()
  const session = new Session({ connectionId, host, call })
  const outbox = new Outbox(storage, connectionId)
  // The kernel's own socket client, from a script of the page before this one.
  const Client = window.nes.Client
  const socketUrl = location.origin.replace(/^http/, 'ws')
  const chat = new Chat({ config, store, session, outbox, host, call, upload, Client, socketUrl })
  const draw = () =>
    render(h(App, { chat, config, texts, lang: locale, storage, state: store.state, close: host.close }), mount)
  store.subscribe(draw)
  draw()
  follow(chat, store)
  void chat.start()
  return chat
}

/**
 * Wakes the chat whenever it may have missed something.
 *
 * @param {Chat} chat
 * @param {Store} store
 */
function follow(chat, store) {
  const wake = () => chat.wake()
  window.addEventListener('online', wake)
  window.addEventListener('offline', () => store.set({ offline: true }))
  window.addEventListener('pageshow', (event) => event.persisted && wake())
  document.addEventListener('visibilitychange', () => {
    if (config.mode === 'page') chat.show(document.visibilityState === 'visible')
    if (document.visibilityState === 'visible') wake()
  })
  if (config.mode === 'page') chat.show(document.visibilityState === 'visible')
}
