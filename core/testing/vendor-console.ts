import Joi from 'joi'
import { ParleyError } from '../plugin/errors.ts'

/** `parley simulate <channel> …`: what a simulator's folder exports by default. `demo` is what `demo.json` holds. */
export type Simulate = (args: readonly string[], demo: unknown, print?: (line: string) => void) => Promise<void>

/** How long a first answer may take, and how long others may follow it. */
const FIRST_MS = 20_000
const NEXT_MS = 1_000

interface ReceivedPage<T> {
  readonly messages: readonly T[]
  readonly next: number
}

/** A demo's simulator, spoken to from another process over its control calls. */
export class VendorConsole {
  readonly #base: string
  readonly #print: (line: string) => void

  constructor(base: string, print: (line: string) => void) {
    this.#base = base
    this.#print = print
  }

  /** @throws ParleyError `simulator.unreachable`, `simulator.refused` */
  async call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(new URL(path, this.#base), { method, ...sent }).catch((cause: unknown) => {
      throw new ParleyError('simulator.unreachable', `No simulator answers at ${this.#base}; is the demo running?`, {
        cause,
      })
    })
    const text = await answer.text()
    if (answer.ok) return (text === '' ? {} : JSON.parse(text)) as T
    const asked = `${method} ${path.split('?')[0]}`
    throw new ParleyError('simulator.refused', `${asked} answered ${answer.status}; is ${this.#base} a simulator?`)
  }

  /** Where the list of what people got ends now. */
  async end(): Promise<number> {
    return (await this.call<ReceivedPage<unknown>>('GET', '/_sim/received')).next
  }

  /** Prints what `customer` gets after a place in that list: waits for the first, then goes on until nothing follows. */
  async printAnswers<T>(customer: string, after: number, describe: (message: T) => string): Promise<void> {
    let place = after
    while (true) {
      const waitMs = place === after ? FIRST_MS : NEXT_MS
      const query = new URLSearchParams({ customer, after: String(place), waitMs: String(waitMs) })
      const { messages, next } = await this.call<ReceivedPage<T>>('GET', `/_sim/received?${query}`)
      for (const message of messages) this.#print(`← ${describe(message)}`)
      if (messages.length === 0) break
      place = next
    }
    if (place === after) this.#print(`(no answer within ${FIRST_MS / 1000} seconds)`)
  }

  /** @throws ParleyError `simulator.webhook-refused` when Parley did not take what a customer wrote */
  static taken(status: unknown, hook: string): void {
    if (Number(status) >= 200 && Number(status) < 300) return
    throw new ParleyError('simulator.webhook-refused', `The webhook ${hook} answered ${status}.`)
  }
}

/** What `demo.json` says about a channel. @throws ParleyError `<channel>.no-demo` */
export function demoEntry<T>(channel: string, demo: unknown, shape: Joi.SchemaMap<T>): T {
  const schema = Joi.object<Record<string, T>>({ [channel]: Joi.object(shape).unknown(true).required() })
  const { value, error } = schema.unknown(true).required().validate(demo)
  const found = error === undefined ? value[channel] : undefined
  if (found !== undefined) return found
  const why = error?.message ?? 'it is empty'
  throw new ParleyError(`${channel}.no-demo`, `What the demo has of ${channel} cannot be found in demo.json: ${why}.`)
}
