import { Backoff } from './backoff.js'

/** A socket that is down for less than this is nobody's business. */
const GRACE_MS = 1500
const CONNECT_MS = 10_000

/**
 * Keeps one socket to the server while there is a session. What it brings are hints; when it is down, each try to connect
 * counts as a hint too, so that the thread is still read where sockets are not let through.
 */
export class Live {
  #deps
  /** @type {{ client: any, participantId: string } | undefined} */
  #connection
  #backoff = new Backoff()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #grace

  /**
   * @param {{
   *   Client: new (url: any) => any,
   *   url: string,
   *   session: import('./session.js').Session,
   *   hint: () => void,
   *   status: (up: boolean) => void,
   * }} deps `Client`: the browser client of @hapi/nes
   */
  constructor(deps) {
    this.#deps = deps
  }

  /** Connects when there is somebody to connect as; quick when it was away. */
  wake() {
    this.#backoff.reset()
    void this.#connect()
  }

  close() {
    const connection = this.#connection
    this.#connection = undefined
    this.#backoff.reset()
    clearTimeout(this.#grace)
    this.#grace = undefined
    if (connection !== undefined) void connection.client.disconnect()
  }

  async #connect() {
    const { Client, url, session, hint } = this.#deps
    const current = session.current
    if (current === undefined || this.#connection?.participantId === current.participantId) return
    this.close()
    const client = new Client(url)
    const connection = { client, participantId: current.participantId }
    this.#connection = connection
    client.onError = () => {}
    client.onDisconnect = () => this.#lost(connection)
    try {
      const auth = { headers: { authorization: `visitor ${current.token}` } }
      await client.connect({ auth, reconnect: false, timeout: CONNECT_MS })
      await client.subscribe(`/live/webchat/${current.participantId}`, hint)
      if (this.#connection === connection) this.#up()
    } catch {
      // Whatever it was, the answer is the same: try again later, and read over HTTP meanwhile.
      this.#lost(connection)
    }
  }

  #up() {
    this.#backoff.reset()
    clearTimeout(this.#grace)
    this.#grace = undefined
    this.#deps.status(true)
    this.#deps.hint()
  }

  /** @param {{ client: any }} connection */
  #lost(connection) {
    if (this.#connection !== connection) return
    this.#connection = undefined
    void connection.client.disconnect()
    this.#grace ??= setTimeout(() => this.#deps.status(false), GRACE_MS)
    this.#backoff.schedule(() => {
      this.#deps.hint()
      void this.#connect()
    })
  }
}
