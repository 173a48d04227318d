import type { TestTenant } from '@parley/core/testing'
import type { Furniture } from '../whole-house/furnish.ts'
import type { House } from '../whole-house/house.ts'
import type { Operation } from './api-document.ts'

/** Somebody whom an operation lets in, as far as the document tells. */
export class Callers {
  readonly #house: House
  readonly #own: Furniture
  readonly #operator: TestTenant
  #person = ''
  #visitor = ''

  constructor(house: House, own: Furniture, operator: TestTenant) {
    this.#house = house
    this.#own = own
    this.#operator = operator
  }

  /** The `Authorization` header for an operation. A key of the operators runs the platform; a person their own account. */
  async header({ security, path }: Operation): Promise<Readonly<Record<string, string>>> {
    const [first] = security
    if (first === undefined) return {}
    const permissions = first.bearer
    if (permissions === undefined) return { authorization: `Visitor ${await this.#visitorToken()}` }
    const runs = permissions.some((one) => one.startsWith('platform.') || one.startsWith('admin.flags.'))
    if (runs) return { authorization: `Bearer ${this.#operator.apiKey}` }
    if (permissions.length === 0 || path.startsWith('/api/notifications'))
      return { authorization: `Bearer ${await this.#personToken()}` }
    return { authorization: `Bearer ${this.#own.apiKey}` }
  }

  /** Signs in again when what was called before ended the session. */
  async #personToken(): Promise<string> {
    if (await this.#opens('/api/auth/me', `Bearer ${this.#person}`)) return this.#person
    const payload = { email: this.#own.email, password: this.#own.password }
    const { body } = await this.#house.test.inject({ method: 'POST', url: '/api/auth/login', payload, as: null })
    this.#person = String((body as { accessToken?: string }).accessToken)
    return this.#person
  }

  async #visitorToken(): Promise<string> {
    if (await this.#opens('/api/webchat/messages?after=0', `Visitor ${this.#visitor}`)) return this.#visitor
    const url = `/api/webchat/${this.#own.webchatId}/session`
    const { body } = await this.#house.test.inject({ method: 'POST', url, payload: {}, as: null })
    this.#visitor = String((body as { token?: string }).token)
    return this.#visitor
  }

  async #opens(url: string, authorization: string): Promise<boolean> {
    const { status } = await this.#house.test.inject({ url, as: null, headers: { authorization } })
    return status === 200
  }
}
