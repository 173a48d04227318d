import { jsonOf, type VendorFault, type VendorReply, type VendorRequest, VendorServer } from '@parley/core/testing'
import type { CaseName, VendorFact } from '@parley/core/testing/conformance'
import { secretToken } from '../src/secret-token.ts'

export const notApplicable: Partial<Record<CaseName, string>> = {
  echo: 'a bot has no other app to write from',
  tampered: 'Telegram signs no bytes; it repeats a secret, and forged ones are refused',
  settlesUnknown: 'Telegram takes no id of ours and tells no status; a person decides about a lost answer',
  earlyStatus: 'Telegram tells a bot neither delivery nor reading',
}

export const PEOPLE: Readonly<Record<string, string>> = { ada: '5501', ben: '5502' }
const WEBHOOK_SECRET = 'webhook-secret-of-the-simulated-telegram'

export interface Account {
  readonly id: string
  readonly name: string
  readonly token: string
}

/** A webhook as it is posted; `query` is added to the endpoint's address. */
export interface Posted {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly query: string
}

/** What a person got: the call's method and fields, with files by name. */
export interface Arrived {
  readonly id: string
  readonly of: string
  readonly person: string
  readonly method: string
  readonly text: string
  readonly fields: Readonly<Record<string, unknown>>
}

type Fact = VendorFact & { readonly of: Account; readonly externalId: string }

/** What every method that sends something needs beside `chat_id`. */
const NEEDS: Readonly<Record<string, string>> = {
  sendMessage: 'text',
  sendPhoto: 'photo',
  sendVideo: 'video',
  sendAudio: 'audio',
  sendDocument: 'document',
  sendSticker: 'sticker',
  sendLocation: 'latitude',
  sendVenue: 'title',
  setMessageReaction: 'message_id',
}

/** Telegram's Bot API: bots by their token, files by their id, updates with the secret that setWebhook was given. */
export class Simulator extends VendorServer {
  readonly secrets = { webhookSecret: WEBHOOK_SECRET }
  /** Oldest first. */
  readonly messages: Arrived[] = []
  /** Calls that send nothing: taps answered, typing shown. */
  readonly shown: { readonly method: string; readonly fields: Readonly<Record<string, unknown>> }[] = []
  /** People who blocked the bot. */
  readonly blocked = new Set<string>()
  readonly #accounts: readonly Account[]
  readonly #files = new Map<string, Buffer>()
  readonly #numbers = new Map<string, number>()

  constructor({ accounts, now }: { accounts: readonly Account[]; now: () => number }) {
    super({ now })
    this.#accounts = accounts
  }

  /** The number that a fact of the suite's has as a message. */
  numberOf(of: Account, fact: Pick<VendorFact, 'id'>): number {
    const key = `${of.id}/${fact.id}`
    const number = this.#numbers.get(key) ?? this.#numbers.size + 1
    this.#numbers.set(key, number)
    return number
  }

  /** Keeps a file, as if somebody had sent it; its `file_id`. */
  keep(id: string, content: Buffer): string {
    this.#files.set(id, content)
    return id
  }

  /** A picture that has expired has an id that nobody knows any more. */
  fileOf(fact: VendorFact): string {
    if (fact.fact === 'picture' && fact.expired === true) return 'file-of-last-year'
    return this.keep(`file-${fact.id}`, Buffer.from('a picture'))
  }

  /** An update to a bot, as Telegram posts it. */
  update(of: Account, update: object): Posted {
    return this.signed(of, Buffer.from(JSON.stringify(update)))
  }

  updateFor(fact: Fact): Posted {
    const id = Number(PEOPLE[fact.customer])
    const number = this.numberOf(fact.of, fact)
    const from = { id, is_bot: false, first_name: fact.customer }
    const message = { message_id: number, date: Math.floor(this.now() / 1000), chat: { id, type: 'private' }, from }
    if (fact.fact === 'text')
      return this.update(fact.of, { update_id: number, message: { ...message, text: fact.text } })
    if (fact.fact !== 'picture') return this.update(fact.of, { update_id: number, chat_boost: { chat: { id } } })
    const photo = ['small', this.fileOf(fact)].map((file_id) => ({ file_id, width: 90, height: 90 }))
    return this.update(fact.of, { update_id: number, message: { ...message, photo } })
  }

  signed(of: Account, body: Buffer, secret: string = WEBHOOK_SECRET): Posted {
    const token = secretToken(of.id, secret)
    const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': token }
    return { body, headers, query: `?bot=${of.id}` }
  }

  protected override async handle(request: VendorRequest): Promise<VendorReply> {
    const [, file = '', token, method = ''] = /^\/(file\/)?bot([^/]+)\/(.+)$/.exec(request.path) ?? []
    const bot = this.#accounts.find((account) => account.token === token)
    if (bot === undefined) return refusal(401, 'Unauthorized')
    if (file !== '') return this.#download(method)
    if (method === 'getMe') return done({ id: Number(bot.id), is_bot: true, first_name: bot.name })
    const fields = await fieldsOf(request)
    if (method === 'getFile') return this.#find(String(fields.file_id))
    if (method === 'answerCallbackQuery' || method === 'sendChatAction') {
      this.shown.push({ method, fields })
      return done(true)
    }
    return this.#take(bot, method, fields)
  }

  protected override refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    if (fault.kind === 'throttle')
      return refusal(429, 'Too Many Requests', Math.ceil((fault.retryAfterMs ?? 1000) / 1000))
    return fault.status === 404 ? BLOCKED : refusal(500, 'Internal Server Error')
  }

  #take(bot: Account, method: string, fields: Readonly<Record<string, unknown>>): VendorReply {
    const needed = NEEDS[method]
    if (needed === undefined) return refusal(404, 'Not Found')
    const person = String(fields.chat_id)
    if (this.blocked.has(person)) return BLOCKED
    if (!/^\d+$/.test(person)) return refusal(400, 'Bad Request: chat not found')
    if (fields[needed] === undefined || fields[needed] === '') return refusal(400, `Bad Request: there is no ${needed}`)
    const number = 900_000 + this.messages.length
    const text = String(fields.text ?? fields.caption ?? '')
    this.messages.push({ id: `${person}:${number}`, of: bot.id, person, method, text, fields })
    if (method === 'setMessageReaction') return done(true)
    return done({
      message_id: number,
      chat: { id: Number(person), type: 'private' },
      date: Math.floor(this.now() / 1000),
    })
  }

  #find(id: string): VendorReply {
    const content = this.#files.get(id)
    if (content === undefined) return refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable')
    return done({ file_id: id, file_size: content.length, file_path: `photos/${id}` })
  }

  #download(path: string): VendorReply {
    const content = this.#files.get(path.replace(/^photos\//, ''))
    return content === undefined ? refusal(404, 'Not Found') : { status: 200, body: content }
  }
}

/** JSON, or a form with a file; of a file the name is kept. */
async function fieldsOf(request: VendorRequest): Promise<Readonly<Record<string, unknown>>> {
  const type = String(request.headers['content-type'])
  if (!type.startsWith('multipart/')) return (jsonOf(request) ?? {}) as Readonly<Record<string, unknown>>
  const form = await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData()
  return Object.fromEntries([...form].map(([name, value]) => [name, typeof value === 'string' ? value : value.name]))
}

const BLOCKED = refusal(403, 'Forbidden: bot was blocked by the user')

function done(result: unknown): VendorReply {
  return { status: 200, body: { ok: true, result } }
}

function refusal(status: number, description: string, retryAfter?: number): VendorReply {
  const parameters = retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } }
  return { status, body: { ok: false, error_code: status, description, ...parameters } }
}
