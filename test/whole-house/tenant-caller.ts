import { ParleyError } from '@parley/core'
import type { TestAnswer, TestKernel } from '@parley/core/testing'

type Body = Readonly<Record<string, unknown>>
export type Items = readonly (Body & { readonly id: string })[]

/** Calls the API as one person and expects that it is done. */
export class TenantCaller {
  /** Empty until the person has registered. */
  token = ''
  readonly #test: TestKernel

  constructor(test: TestKernel) {
    this.#test = test
  }

  async call(method: string, url: string, payload?: object): Promise<TestAnswer> {
    const as = this.token === '' ? null : { apiKey: this.token }
    const answer = await this.#test.inject({ method, url, as, ...(payload === undefined ? {} : { payload }) })
    if (answer.status >= 300)
      throw new ParleyError('test.furnish', `${method} ${url}: expected it done, got ${answer.status} ${answer.text}`)
    return answer
  }

  async post(url: string, payload?: object): Promise<Body> {
    return (await this.call('POST', url, payload)).body as Body
  }

  /** The id of what was made. */
  async made(url: string, payload: object): Promise<string> {
    return String((await this.post(url, payload)).id)
  }

  async items(url: string): Promise<Items> {
    const { body } = await this.call('GET', url)
    return Array.isArray(body) ? (body as Items) : (body as { items: Items }).items
  }
}
