import { fileURLToPath } from 'node:url'
import { type Mail, newId, ParleyError } from '@parley/core'
import {
  startTestKernel,
  type TestAnswer,
  TestClock,
  type TestKernel,
  type TestKernelOptions,
} from '@parley/core/testing'
import knex from 'knex'
import { postOffice } from './test-mailer/post-office.ts'

export const PASSWORD = 'Correct-horse-7'

export interface Grant {
  readonly accessToken: string
  readonly refreshToken: string
  readonly csrfToken: string
  readonly userId: string
  readonly tenantId: string
}

export interface Call {
  readonly token?: string
  readonly payload?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface Options extends TestKernelOptions {
  /** App settings of the accounts plugin. */
  readonly accounts?: object
}

/** A running kernel with accounts and a mailer that keeps what it is given. Time stands still until a test moves it. */
export class AccountsKernel {
  readonly test: TestKernel
  readonly clock: TestClock
  readonly mails: readonly Mail[]

  private constructor(test: TestKernel, clock: TestClock, mails: readonly Mail[]) {
    this.test = test
    this.clock = clock
    this.mails = mails
  }

  static async start({ accounts = {}, plugins = [], ...options }: Options = {}): Promise<AccountsKernel> {
    const box = newId()
    const clock = new TestClock()
    const mailer = fileURLToPath(new URL('./test-mailer/', import.meta.url))
    const test = await startTestKernel({
      ...options,
      plugins: [
        { use: './plugins/accounts', settings: { linkBase: 'https://app.example', ...accounts } },
        { use: mailer, settings: { box } },
        ...plugins,
      ],
      clock,
    })
    const failed = test.kernel.report.failures.map(({ plugin, reason }) => `${plugin}: ${reason}`)
    if (failed.length > 0) throw new ParleyError('test.boot', failed.join('; '))
    return new AccountsKernel(test, clock, postOffice.box(box))
  }

  call(method: string, url: string, { token, payload, headers = {} }: Call = {}): Promise<TestAnswer> {
    return this.test.inject({
      ...{ method, url, as: null },
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
  }

  /** Calls and expects the status; the body. */
  async must<T = Record<string, unknown>>(status: number, method: string, url: string, call: Call = {}): Promise<T> {
    const answer = await this.call(method, url, call)
    if (answer.status !== status)
      throw new ParleyError('test.answer', `${method} ${url}: expected ${status}, got ${answer.status} ${answer.text}`)
    return answer.body as T
  }

  register(email: string, more: object = {}): Promise<Grant> {
    const payload = { email, password: PASSWORD, name: 'Ann', businessName: 'Acme', ...more }
    return this.must<Grant>(201, 'POST', '/api/auth/register', { payload })
  }

  login(email: string, password = PASSWORD, more: object = {}): Promise<TestAnswer> {
    return this.call('POST', '/api/auth/login', { payload: { email, password, ...more } })
  }

  async loggedIn(email: string, password = PASSWORD, more: object = {}): Promise<Grant> {
    return this.must<Grant>(200, 'POST', '/api/auth/login', { payload: { email, password, ...more } })
  }

  /** Somebody of that role in the tenant of `admin`, through an invitation. */
  async member(admin: Grant, email: string, role: string): Promise<Grant> {
    await this.must(201, 'POST', '/api/team/invitations', { token: admin.accessToken, payload: { email, role } })
    const token = await this.tokenFor(email)
    const payload = { token, name: email.split('@')[0], password: PASSWORD }
    return this.must<Grant>(200, 'POST', '/api/team/invitations/accept', { payload })
  }

  /** Delivers what is queued; the newest mail to the address, its words as text. */
  async mailTo(address: string): Promise<{ subject: string; text: string; html: string }> {
    await this.test.drain()
    const mail = this.mails.findLast(({ to }) => to.address === address)
    if (mail === undefined || !('subject' in mail.content))
      throw new ParleyError('test.no-mail', `No mail to ${address}.`)
    const { subject, text, html = '' } = mail.content
    return { subject, text, html }
  }

  /** The token in the link of the newest mail to the address. */
  async tokenFor(address: string): Promise<string> {
    const { text } = await this.mailTo(address)
    const token = /#token=([\w-]+)/.exec(text)?.[1]
    if (token === undefined) throw new ParleyError('test.no-token', `The mail to ${address} has no link: ${text}`)
    return token
  }

  /** Every row of every table, as text: what somebody who steals the database reads. */
  async dump(): Promise<string> {
    const admin = knex({ client: 'pg', connection: this.test.database.adminUrl })
    try {
      const tables = await admin.raw<{ rows: { name: string }[] }>(
        `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
          where schemaname not in ('pg_catalog', 'information_schema')`,
      )
      const texts = tables.rows.map(async ({ name }) => {
        const { rows } = await admin.raw<{ rows: { row: string }[] }>(`select t::text as row from ${name} t`)
        return rows.map(({ row }) => row).join('\n')
      })
      return (await Promise.all(texts)).join('\n')
    } finally {
      await admin.destroy()
    }
  }

  /** Lets what was believed for a moment be looked up again. */
  settle(): void {
    this.clock.advance(1000)
  }

  stop(): Promise<void> {
    return this.test.stop()
  }
}
