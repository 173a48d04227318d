import { fileURLToPath } from 'node:url'
import { type Consents, ParleyError } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import { InboxKernel } from '../inbox/inbox-kernel.ts'
import { consentProbe } from './port-probe/held.ts'

const PUBLIC_URL = 'https://parley.test'

/** A running kernel with contacts, the inbox, consent and the channel in memory. */
export class ConsentKernel {
  readonly inbox: InboxKernel
  readonly clock: TestClock

  private constructor(inbox: InboxKernel, clock: TestClock) {
    this.inbox = inbox
    this.clock = clock
  }

  static async start(): Promise<ConsentKernel> {
    const clock = new TestClock('2026-01-05T10:00:00.000Z')
    const inbox = await InboxKernel.start(
      {},
      {
        clock,
        plugins: [
          { use: './plugins/consent', settings: { publicUrl: PUBLIC_URL } },
          fileURLToPath(new URL('./port-probe/', import.meta.url)),
        ],
      },
    )
    return new ConsentKernel(inbox, clock)
  }

  /** The `consents` port, as a plugin gets it. */
  get port(): Consents {
    const { port } = consentProbe
    if (port === undefined) throw new ParleyError('test.probe', 'The probe has not been registered.')
    return port
  }

  /** Somebody writes; answers their contact. */
  async person(name: string): Promise<string> {
    const { inbox } = this
    await inbox.receive(inbox.on.message(name, `first-${name}`, 'hello'))
    const { contact } = await inbox.conversation()
    return contact.id
  }

  put(contactId: string, wish: object) {
    return this.inbox.call('PUT', `/api/contacts/${contactId}/consent`, { proof: 'said so on the phone', ...wish })
  }

  async history(contactId: string): Promise<readonly Change[]> {
    const { items } = await this.inbox.get<{ items: Change[] }>(`/api/consent/changes?contactId=${contactId}`)
    return items.toReversed()
  }

  /** The link of a message to this person, as a path. */
  async link(contactId: string, name: string, purpose = 'marketing'): Promise<string> {
    const { kernel, tenantId } = this.inbox.test
    const address = this.inbox.on.identity(name)
    const url = await kernel.database.transaction(tenantId, (uow) =>
      this.port.unsubscribeUrl(uow, { contactId, channel: 'test', address, purpose }),
    )
    return new URL(url ?? '').pathname
  }

  merge(sourceId: string, targetId: string): Promise<string> {
    return this.#done('POST', `/api/contacts/${targetId}/merge`, { sourceId })
  }

  unmerge(mergeId: string): Promise<string> {
    return this.#done('POST', `/api/merges/${mergeId}/undo`)
  }

  async #done(method: string, url: string, payload?: object): Promise<string> {
    const { body } = await this.inbox.call(method, url, payload)
    await this.inbox.test.drain()
    return String((body as { mergeId?: string }).mergeId)
  }

  stop(): Promise<void> {
    return this.inbox.stop()
  }
}

export interface Change {
  readonly id: string
  readonly about: string
  readonly channel: string
  readonly purpose: string
  readonly wish: string
  readonly means: string
  readonly by: { readonly kind: string; readonly id: string }
  readonly proof: string | null
  readonly eventId: string | null
}
