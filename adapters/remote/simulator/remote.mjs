import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { look, OPERATIONS, problem } from './operations.mjs'
import { sign, verify } from './signing.mjs'
import { steer } from './steer.mjs'

/**
 * A remote channel in plain Node, with none of Parley's code: what a partner writes, and the far end of our tests. It
 * remembers what it was told, and `faults` (one for one send each) makes it fail: `throttle`, `passing-fault`,
 * `final-refusal`, `lost-answer`, `drop`, `hang`, `slow-answer`, `unsigned-answer`, `forged-answer`, `gateway-error`.
 */
export class Remote {
  accounts = new Map()
  received = []
  reads = []
  sent = new Map()
  files = new Map()
  unreachable = new Set()
  faults = []
  url = ''
  #seen = new Map()
  #number = 0
  #server
  #options

  /**
   * `accounts`: `{ account, title, secrets }`; `secrets`: of the manifest; `hook`: `{ url, secrets }` of Parley's endpoint;
   * `steered`: whether control calls are taken.
   */
  constructor({ accounts, secrets, hook, steered = false, now = Date.now }) {
    this.#options = { secrets, now, hook, steered }
    for (const one of accounts) this.accounts.set(one.account, one)
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch((error) => {
        response.writeHead(500).end(String(error))
      })
    })
  }

  async listen(port = 0) {
    await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${this.#server.address().port}`
    return this.url
  }

  async close() {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  nextNumber() {
    this.#number += 1
    return `${this.#number}-${randomUUID().slice(0, 8)}`
  }

  set hook(hook) {
    this.#options.hook = hook
  }

  /** Tells Parley; the answer names what it refused. */
  async tell(events) {
    const { hook, now } = this.#options
    const body = JSON.stringify({ protocol: '1.0', events })
    const headers = { 'content-type': 'application/json', ...sign(`msg_${randomUUID()}`, body, hook.secrets, now()) }
    const answer = await fetch(hook.url, { method: 'POST', body, headers })
    return { status: answer.status, body: await answer.json() }
  }

  async #receive(request, response) {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    if (this.#options.steered && request.url.startsWith('/_sim/')) {
      const answer = await steer(this, { method: request.method, path: request.url, body })
      return this.#write(request, response, answer, [])
    }
    const fault = request.url === '/channel/send' ? this.faults.shift() : undefined
    if (fault === 'drop') return response.destroy()
    if (fault === 'gateway-error') return response.writeHead(502).end('<h1>Bad gateway</h1>')
    if (fault === 'hang') await sleep(4_000, undefined, { ref: false })
    const { answer, secrets } = this.#answer(request, body, fault)
    if (fault === 'slow-answer') await sleep(1_000, undefined, { ref: false })
    if (fault === 'lost-answer') return response.destroy()
    this.#write(request, response, answer, fault === 'unsigned-answer' ? [] : secrets, fault)
  }

  /** Who calls is decided by the account's secret; the manifest is about no account and has one of its own. */
  #answer(request, body, fault) {
    const url = new URL(request.url, 'http://remote')
    const post = request.method === 'POST'
    const call = post ? parse(body) : undefined
    const account = post ? call?.account : (url.searchParams.get('account') ?? undefined)
    const secrets = account === undefined ? this.#options.secrets : (this.accounts.get(account)?.secrets ?? [])
    const content = post ? body : `GET ${request.url}`
    if (!verify(request.headers, content, secrets, this.#options.now()))
      return { answer: problem(401, 'unauthorized', 'The signature is not right.'), secrets: [] }
    if (!this.#isNew(request.headers['webhook-id']))
      return { answer: problem(409, 'replayed', 'This call has been here before.'), secrets }
    return { answer: FAULTS[fault] ?? this.#carryOut(url, account, call), secrets }
  }

  #carryOut(url, account, call) {
    if (call === undefined) return look(this, url.pathname, account)
    const operation = OPERATIONS[call.operation]
    const at = `/${String(call.operation).replace('.', '/')}`
    if (operation === undefined || at !== url.pathname) return problem(404, 'operation-unknown', url.pathname)
    return operation(this, account, call.data)
  }

  /** An id is remembered for longer than its signature is good. */
  #isNew(id) {
    const now = this.#options.now()
    for (const [known, at] of this.#seen) if (now - at > 700_000) this.#seen.delete(known)
    if (this.#seen.has(id)) return false
    this.#seen.set(id, now)
    return true
  }

  #write(request, response, { status, body, file }, secrets, fault) {
    if (file !== undefined) {
      response.writeHead(200, { 'content-type': file.mimeType, 'content-length': file.content.length })
      return response.end(file.content)
    }
    const json = JSON.stringify(body)
    const signed = secrets.length === 0 ? {} : sign(request.headers['webhook-id'], json, secrets, this.#options.now())
    const type = status < 300 ? 'application/json' : 'application/problem+json'
    response.writeHead(status, { 'content-type': type, ...signed })
    response.end(fault === 'forged-answer' ? json.replace('"externalId":"', '"externalId":"forged-') : json)
  }
}

const FAULTS = {
  throttle: problem(429, 'throttled', 'Too many at once.', { retryAfterMs: 2_000 }),
  'passing-fault': problem(503, 'unavailable', 'The string is slack.'),
  'final-refusal': problem(422, 'recipient', 'This person has no string.'),
}

function parse(body) {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined // Refused with the signature: it names no account.
  }
}
