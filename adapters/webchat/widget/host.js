/** @import { Config, Host, StoredSession } from './types.d.ts' */

/**
 * The page on its own: its own storage, and nobody to tell but the title.
 *
 * @param {Config} config
 * @param {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} storage
 * @returns {Host}
 */
export function pageHost(config, storage) {
  const key = `parley.webchat.${config.connectionId}`
  return {
    read: async () => storedSession(storage.getItem(key)),
    save: (session) => storage.setItem(key, JSON.stringify(session)),
    clear: () => storage.removeItem(key),
    unread(count) {
      document.title = count > 0 ? `(${count}) ${config.title}` : config.title
    },
    identityRefused() {},
    close() {},
  }
}

/**
 * @param {string | null} text
 * @returns {StoredSession | undefined}
 */
export function storedSession(text) {
  try {
    const value = JSON.parse(text ?? 'null')
    return typeof value?.token === 'string' && typeof value.participantId === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * @typedef {{ type: 'init', lang: string, session: StoredSession | null }} Init
 */

/**
 * Waits for the embedding page's loader: one message from our parent, from an origin that the connection allows, with a port.
 * All that follows goes over the port; later messages to the window are nobody's.
 *
 * @param {Config} config
 * @returns {Promise<{ port: MessagePort, init: Init }>}
 */
export function loaderPort(config) {
  return new Promise((resolve) => {
    const listen = (/** @type {MessageEvent} */ event) => {
      const [port] = event.ports
      const allowed = event.origin === location.origin || config.allowedOrigins.includes(event.origin)
      if (event.source !== window.parent || !allowed || port === undefined) return
      if (event.data?.type !== 'parley:connect') return
      window.removeEventListener('message', listen)
      port.onmessage = ({ data }) => {
        if (data?.type === 'init') resolve({ port, init: data })
      }
      port.postMessage({ type: 'ready' })
    }
    window.addEventListener('message', listen)
  })
}

/**
 * The page in a frame: the embedding page keeps the session, in storage of its own origin.
 *
 * @param {MessagePort} port
 * @param {StoredSession | null} first what the loader had when it connected
 * @returns {Host & { answered(session: StoredSession | null): void }} `answered` takes the loader's answers to `read`
 */
export function frameHost(port, first) {
  /** @type {((session: StoredSession | undefined) => void)[]} */
  const waiting = []
  let fresh = true
  return {
    read() {
      if (fresh) {
        fresh = false
        return Promise.resolve(first ?? undefined)
      }
      return new Promise((resolve) => {
        waiting.push(resolve)
        port.postMessage({ type: 'read' })
      })
    },
    answered: (session) => waiting.shift()?.(session ?? undefined),
    save: (session) => port.postMessage({ type: 'save', session }),
    clear: () => port.postMessage({ type: 'clear' }),
    unread: (count) => port.postMessage({ type: 'unread', count }),
    identityRefused: (detail) => port.postMessage({ type: 'identity-refused', detail }),
    close: () => port.postMessage({ type: 'close' }),
  }
}
