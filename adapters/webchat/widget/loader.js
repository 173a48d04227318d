/* Parley web chat: a bubble in a shadow root, and a frame that holds the conversation where this page cannot read it. */
;(() => {
  const config = __PARLEY_CONFIG__
  const script = document.currentScript
  if (!(script instanceof HTMLScriptElement) || window.parley !== undefined) return
  const base = new URL(script.src).origin
  const key = `parley.webchat.${config.connectionId}`

  const CSS = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    button {
      position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000;
      inline-size: 60px; block-size: 60px; padding: 0; border: 0; border-radius: 50%; cursor: pointer;
      background: var(--accent); color: var(--ink);
      box-shadow: 0 6px 20px rgb(0 0 0 / .22), 0 1px 4px rgb(0 0 0 / .16); transition: transform .18s;
    }
    button:hover { transform: scale(1.05); }
    button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
    svg { inline-size: 28px; block-size: 28px; display: block; margin: auto; fill: none; stroke: currentColor;
      stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    .badge {
      position: absolute; inset-block-start: -2px; inset-inline-end: -2px; min-inline-size: 22px; block-size: 22px;
      padding-inline: 6px; border-radius: 11px; background: #c81e1e; color: #fff;
      font: 600 12px/22px system-ui, sans-serif; text-align: center;
    }
    [hidden] { display: none !important; }
    iframe {
      position: fixed; inset-block-end: 92px; inset-inline-end: 20px; z-index: 2147483000;
      inline-size: min(400px, calc(100vw - 40px)); block-size: min(680px, calc(100dvh - 112px));
      border: 0; border-radius: 20px; background: Canvas; color-scheme: light dark;
      box-shadow: 0 12px 48px rgb(0 0 0 / .28), 0 2px 8px rgb(0 0 0 / .12);
    }
    @media (max-width: 480px) {
      iframe { inset: 0; inline-size: 100%; block-size: 100dvh; border-radius: 0; }
      button.open { display: none; }
    }
    @media (prefers-reduced-motion: reduce) { button { transition: none; } }
  `
  const BUBBLE = 'M21 11.5a8.4 8.4 0 0 1-12 7.6L3 21l1.9-6A8.4 8.4 0 1 1 21 11.5Z'
  const CROSS = 'M6 6l12 12M18 6L6 18'

  /**
   * @template {Element} T
   * @param {T} node
   * @param {Record<string, string>} attributes
   */
  function dress(node, attributes) {
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
    return node
  }

  const root = dress(document.createElement('parley-chat'), { role: 'complementary', 'aria-label': config.title })
  const shadow = root.attachShadow({ mode: 'open' })
  const button = dress(document.createElement('button'), {
    type: 'button',
    'aria-label': config.title,
    'aria-expanded': 'false',
  })
  const svg = 'http://www.w3.org/2000/svg'
  const icon = dress(document.createElementNS(svg, 'svg'), { viewBox: '0 0 24 24', 'aria-hidden': 'true' })
  const path = dress(document.createElementNS(svg, 'path'), { d: BUBBLE })
  const badge = dress(document.createElement('span'), { class: 'badge', hidden: '' })
  const frame = dress(document.createElement('iframe'), { title: config.title, hidden: '' })

  /** The way to the app in the frame; `heard` once it listens. @type {MessagePort | undefined} */
  let port
  let heard = false
  let loaded = false
  let open = false
  /** Told before the app could hear it. @type {object[]} */
  const waiting = []

  function draw() {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(CSS)
    shadow.adoptedStyleSheets = [sheet]
    root.style.setProperty('--accent', config.accent)
    root.style.setProperty('--ink', config.ink)
    icon.append(path)
    button.append(icon, badge)
    shadow.append(button)
  }

  /**
   * The page's storage may be forbidden; then the visitor is forgotten on reload, and all else works.
   *
   * @template T
   * @param {(storage: Storage) => T} work
   */
  function stored(work) {
    try {
      return work(window.localStorage)
    } catch {
      return null
    }
  }

  const session = () => stored((storage) => JSON.parse(storage.getItem(key) ?? 'null'))

  /** Makes the frame's app run, once. */
  function load() {
    if (loaded) return
    loaded = true
    frame.src = `${base}/chat/${config.connectionId}/app`
    frame.addEventListener('load', connect)
    shadow.append(frame)
  }

  function connect() {
    const channel = new MessageChannel()
    port = channel.port1
    port.onmessage = ({ data }) => answers[data?.type]?.(data)
    frame.contentWindow?.postMessage({ type: 'parley:connect' }, base, [channel.port2])
  }

  /** @param {object} message */
  function tell(message) {
    if (heard) port?.postMessage(message)
    else waiting.push(message)
  }

  /** What the app may ask of this page, and nothing else. @type {Record<string, (data: any) => void>} */
  const answers = {
    ready() {
      heard = true
      const lang = document.documentElement.lang || navigator.language
      tell({ type: 'init', lang, session: session() })
      for (const message of waiting.splice(0)) tell(message)
      attend()
    },
    read: () => tell({ type: 'session', session: session() }),
    save: (data) => stored((storage) => storage.setItem(key, JSON.stringify(data.session))),
    clear: () => stored((storage) => storage.removeItem(key)),
    unread: (data) => count(data.count),
    close: () => show(false),
    'identity-refused': ({ detail }) => window.dispatchEvent(new CustomEvent('parley:identity-refused', { detail })),
  }

  /** @param {number} unread */
  function count(unread) {
    badge.hidden = unread === 0
    badge.textContent = unread > 9 ? '9+' : String(unread)
    button.setAttribute('aria-label', unread === 0 ? config.title : `${config.title} (${unread})`)
  }

  /** @param {boolean} wanted */
  function show(wanted) {
    if (open === wanted) return
    open = wanted
    load()
    frame.hidden = !open
    button.setAttribute('aria-expanded', String(open))
    button.classList.toggle('open', open)
    path.setAttribute('d', open ? CROSS : BUBBLE)
    if (heard) attend()
    if (!open) button.focus()
  }

  /** Lets the app know whether it is seen; keys go there only once it can take them. */
  function attend() {
    if (open) frame.focus()
    tell({ type: open ? 'shown' : 'hidden' })
  }

  window.parley = {
    open: () => show(true),
    close: () => show(false),
    /** The customer who is logged in here, by a JWT that your server signed. */
    identify(token) {
      tell({ type: 'identify', identity: token })
      load()
    },
    logout() {
      stored((storage) => storage.removeItem(key))
      tell({ type: 'logout' })
      load()
    },
    /** Takes everything off the page, for applications that change pages by themselves. */
    destroy() {
      port?.close()
      root.remove()
      delete window.parley
    },
  }

  function start() {
    draw()
    document.body.append(root)
    button.addEventListener('click', () => show(!open))
    button.addEventListener('pointerenter', load)
    button.addEventListener('focus', load)
    root.addEventListener('keydown', (event) => event.key === 'Escape' && show(false))
    // A visitor who was here before may have an answer waiting.
    if (session() !== null) (window.requestIdleCallback ?? setTimeout)(load)
    window.dispatchEvent(new CustomEvent('parley:ready'))
  }
  if (document.body !== null) start()
  else document.addEventListener('DOMContentLoaded', start, { once: true })
})()
