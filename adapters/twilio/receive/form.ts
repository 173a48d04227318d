import type { WebhookRequest } from '@parley/core'

/** Longest text that the contract stores. */
const MAX_TEXT = 65_536

/**
 * A webhook's parameters as Twilio sent them. Values are never trimmed: the signature is over each character. For storing,
 * NUL is dropped, which Postgres' jsonb does not take.
 */
export class Form {
  readonly #pairs: readonly (readonly [name: string, value: string])[]

  constructor(body: Buffer) {
    this.#pairs = [...new URLSearchParams(body.toString('utf8'))]
  }

  /** As the SDK wants them for checking: a name that came more than once has a list. Anybody may send them, so in one pass. */
  get signed(): Record<string, string | string[]> {
    const values = new Map<string, string[]>()
    for (const [name, value] of this.#pairs) {
      const list = values.get(name)
      if (list === undefined) values.set(name, [value])
      else list.push(value)
    }
    return Object.fromEntries([...values].map(([name, list]) => [name, list.length === 1 ? (list[0] ?? '') : list]))
  }

  /** Without the empty ones: Twilio names many parameters it has no value for. */
  get names(): readonly string[] {
    return [...new Set(this.#pairs.filter(([, value]) => value !== '').map(([name]) => name))]
  }

  /** The first value; `undefined` when it is absent or empty. */
  get(name: string): string | undefined {
    const value = this.#pairs.find(([candidate]) => candidate === name)?.[1].replaceAll('\0', '')
    return value === undefined || value === '' ? undefined : value.slice(0, MAX_TEXT).toWellFormed()
  }

  has(name: string): boolean {
    return this.#pairs.some(([candidate]) => candidate === name)
  }

  number(name: string): number | undefined {
    const number = Number(this.get(name) ?? Number.NaN)
    return Number.isFinite(number) ? number : undefined
  }

  /** All of it, for what is kept whole. */
  get record(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.names.map((name) => [name.replaceAll('\0', ''), this.get(name) ?? '']))
  }
}

export function isJson({ headers }: WebhookRequest): boolean {
  return /^application\/json\b/i.test(String(headers['content-type'] ?? ''))
}
