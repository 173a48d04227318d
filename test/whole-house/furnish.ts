import { newId, notificationRequested } from '@parley/core'
import { PLATFORM } from '../../plugins/accounts/platform.ts'
import type { House } from './house.ts'
import { stumbled } from './stumbler/index.ts'
import { type Items, TenantCaller } from './tenant-caller.ts'

const PASSWORD = 'Correct-horse-7'
/** A picture of one pixel. */
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** A business with something of everything that a path can name. */
export interface Furniture {
  readonly marker: string
  readonly tenantId: string
  readonly userId: string
  readonly email: string
  readonly password: string
  /** The owner's session. */
  readonly accessToken: string
  /** A key that may do everything in the tenant. */
  readonly apiKey: string
  readonly visitorToken: string
  readonly webchatId: string
  readonly participantId: string
  /** By the path up to the parameter: `/api/contacts/{id}` → the id of a contact of this tenant. */
  readonly ids: Readonly<Record<string, string>>
}

/** Fills a new tenant through the public API, as its people, its customers and the vendors would. `marker` stands in all of its texts. */
export async function furnish(house: House, marker: string): Promise<Furniture> {
  return new Furnisher(house, marker).run()
}

class Furnisher {
  readonly #house: House
  readonly #marker: string
  readonly #ids: Record<string, string> = {}
  readonly #as: TenantCaller
  #tenantId = ''

  constructor(house: House, marker: string) {
    this.#house = house
    this.#marker = marker
    this.#as = new TenantCaller(house.test)
  }

  async run(): Promise<Furniture> {
    const email = `${this.#marker.toLowerCase()}@parley.example`
    const name = `${this.#marker} owner`
    const person = { email, password: PASSWORD, name, businessName: `${this.#marker} business` }
    const grant = await this.#as.post('/api/auth/register', person)
    this.#as.token = String(grant.accessToken)
    this.#tenantId = String(grant.tenantId)
    const userId = String(grant.userId)
    Object.assign(this.#ids, { '/api/platform/tenants/{id}': this.#tenantId, '/api/platform/users/{id}': userId })
    const apiKey = await this.#keys()
    await this.#channels()
    await this.#talk()
    await this.#inbox()
    await this.#people(userId)
    await this.#templates()
    await this.#partner()
    await this.#failures(userId)
    const visitor = await this.#visitor()
    const own = { marker: this.#marker, tenantId: this.#tenantId, userId, email, password: PASSWORD, apiKey }
    return { ...own, ...visitor, accessToken: this.#as.token, ids: this.#ids }
  }

  async #keys(): Promise<string> {
    const { kernel } = this.#house.test
    const made = await kernel.database.transaction(this.#tenantId, (uow) =>
      kernel.apiKeys.create(uow, { name: `${this.#marker} key`, scopes: ['*'], mode: 'test' }),
    )
    this.#ids['/api/api-keys/{id}'] = await this.#as.made('/api/api-keys', {
      ...{ name: `${this.#marker} other key`, scopes: ['inbox.read'] },
    })
    const key = { provider: 'openai', name: `${this.#marker} model`, secret: `${this.#marker}-secret` }
    this.#ids['/api/provider-keys/{id}'] = await this.#as.made('/api/provider-keys', key)
    return made.key
  }

  async #channels(): Promise<void> {
    const secrets = { appSecret: `${this.#marker}-app`, verifyToken: `${this.#marker}-verify` }
    const endpoint = await this.#as.made('/api/endpoints', { adapter: 'whatsapp', secrets })
    const number = String(1 + [...this.#house.whatsapp.state.accounts].length).padStart(15, '6')
    const account = { phoneNumberId: number, wabaId: `9${number}`, accessToken: `${this.#marker}-token` }
    this.#house.whatsapp.state.templates.set(account.wabaId, [
      {
        ...{ id: `7${number}`, name: 'greeting', language: 'en', category: 'UTILITY', status: 'APPROVED' },
        components: [{ type: 'BODY', text: `${this.#marker} greets {{1}}` }],
      },
    ])
    const connection = await this.#as.made('/api/connections', {
      ...{ provider: 'whatsapp', externalId: number, name: `${this.#marker} number`, endpointId: endpoint },
      ...{ aliases: [`waba:${account.wabaId}`], settings: { wabaId: account.wabaId } },
      secrets: { accessToken: account.accessToken },
    })
    this.#house.whatsapp.addAccount({
      ...{ ...account, displayPhoneNumber: `1${number}`, verifiedName: this.#marker },
      callbackUrl: `${this.#house.test.baseUrl}/hooks/whatsapp/${endpoint}`,
      appSecret: secrets.appSecret,
    })
    const webchat = { provider: 'webchat', externalId: `chat-${number}`, name: `${this.#marker} chat` }
    const chat = await this.#as.made('/api/connections', webchat)
    Object.assign(this.#ids, { '/api/webchat/{connectionId}': chat, '/chat/{connectionId}': chat })
    const remote = { provider: 'remote', externalId: `line-${number}`, name: `${this.#marker} line` }
    this.#ids['/api/remote/connections/{id}'] = await this.#as.made('/api/connections', remote)
    Object.assign(this.#ids, { '/api/endpoints/{id}': endpoint, '/api/connections/{id}': connection })
    this.#ids['/hooks/{adapter}/{endpointId}'] = endpoint
    this.#phone = number
  }

  #phone = ''

  /** Three customers write; the last one sends a picture. */
  async #talk(): Promise<void> {
    for (const who of ['1', '2', '3']) {
      const customer = this.#house.whatsapp.customer(`49151${this.#phone.slice(-6)}${who}`, this.#phone)
      customer.named(`${this.#marker} customer ${who}`).text(`${this.#marker} says ${who}`)
      if (who === '3') customer.image(DOT, 'image/png', `${this.#marker} picture`)
    }
    await this.#house.settle()
    const [first, second, third] = await this.#as.items('/api/contacts')
    this.#ids['/api/contacts/{id}'] = first?.id ?? ''
    const merge = await this.#as.post(`/api/contacts/${second?.id}/merge`, { sourceId: third?.id })
    this.#ids['/api/merges/{id}'] = String(merge.mergeId ?? merge.id)
    const phone = `+49151${this.#phone.slice(-6)}`
    for (const tail of ['1', '2', '3']) {
      await this.#as.call('PATCH', `/api/contacts/${first?.id}`, {
        attributes: { phone: `${phone}${tail}`, note: this.#marker },
      })
      await this.#as.call('PATCH', `/api/contacts/${second?.id}`, {
        attributes: { phone: `${phone}${tail}`, note: this.#marker },
      })
    }
    const wish = { kind: 'export', contactId: first?.id }
    this.#ids['/api/privacy/requests/{id}'] = await this.#as.made('/api/privacy/requests', wish)
    await this.#house.settle()
    this.#ids['/api/merge-suggestions/{id}'] = (await this.#as.items('/api/merge-suggestions'))[0]?.id ?? ''
  }

  async #inbox(): Promise<void> {
    const label = `${this.#marker}-label`
    await this.#as.call('PUT', `/api/labels/${label}`, { color: '#aabbcc' })
    this.#ids['/api/labels/{name}'] = label
    const shortcut = this.#marker.toLowerCase()
    this.#ids['/api/canned-replies/{id}'] = await this.#as.made('/api/canned-replies', { shortcut, text: this.#marker })
    const conversations = await this.#as.items('/api/conversations')
    for (const { id } of conversations) {
      const messages = await this.#as.items(`/api/conversations/${id}/messages`)
      const attachments = messages.flatMap(({ attachments }) => attachments as Items)
      if (attachments[0] !== undefined) this.#ids['/api/attachments/{id}'] = attachments[0].id
      Object.assign(this.#ids, { '/api/conversations/{id}': id, '/api/messages/{id}': messages[0]?.id ?? '' })
      await this.#as.post(`/api/conversations/${id}/notes`, { text: `${this.#marker} note` })
      await this.#as.post(`/api/conversations/${id}/messages`, { text: `${this.#marker} answers` })
      await this.#as.call('PATCH', `/api/conversations/${id}`, { labels: [label] })
    }
    await this.#house.settle()
  }

  async #people(userId: string): Promise<void> {
    const role = { name: `${this.#marker} role`, permissions: ['inbox.read'] }
    this.#ids['/api/roles/{id}'] = await this.#as.made('/api/roles', role)
    const team = await this.#as.made('/api/teams', { name: `${this.#marker} team`, description: this.#marker })
    await this.#as.call('PUT', `/api/teams/${team}/members/${userId}`, {})
    Object.assign(this.#ids, { '/api/teams/{id}': team, '/api/teams/{id}/members/{userId}': userId })
    const email = `guest-${this.#marker.toLowerCase()}@parley.example`
    this.#ids['/api/team/invitations/{id}'] = await this.#as.made('/api/team/invitations', { email, role: 'agent' })
    this.#ids['/api/team/members/{id}'] = userId
    this.#ids['/api/auth/sessions/{id}'] = (await this.#as.items('/api/auth/sessions'))[0]?.id ?? ''
    this.#ids['/api/auth/identities/{id}'] = await this.#identity(userId)
  }

  /** As a sign-in with another service leaves it behind; there is no such service here. */
  async #identity(userId: string): Promise<string> {
    const id = newId()
    const { kernel } = this.#house.test
    await kernel.database.transaction(PLATFORM, ({ trx }) =>
      trx('accounts.external_identity').insert({
        ...{ tenant_id: PLATFORM, id, user_id: userId, issuer: 'https://id.example', subject: this.#marker },
        ...{ provider: 'example', email: `${this.#marker}@id.example`, created_at: kernel.clock.now() },
      }),
    )
    return id
  }

  async #templates(): Promise<void> {
    const text = `${this.#marker} writes`
    const email = { name: `${this.#marker} mail`, subject: text, text }
    this.#ids['/api/email-templates/{id}'] = await this.#as.made('/api/email-templates', email)
    const sms = { name: `${this.#marker} sms`, body: text }
    this.#ids['/api/sms-templates/{id}'] = await this.#as.made('/api/sms-templates', sms)
    await this.#as.post('/api/channel-templates/sync', {})
    await this.#house.settle()
    this.#ids['/api/channel-templates/{id}'] = (await this.#as.items('/api/channel-templates'))[0]?.id ?? ''
  }

  async #partner(): Promise<void> {
    const url = `${this.#house.partnerUrl}/${this.#marker}`
    const wish = { url, description: this.#marker, events: ['message.received.v1'] }
    const id = await this.#as.made('/api/webhooks', wish)
    await this.#as.post(`/api/webhooks/${id}/ping`)
    const [delivery] = await this.#as.items(`/api/webhooks/${id}/deliveries`)
    this.#ids['/api/webhooks/{id}'] = id
    this.#ids['/api/webhooks/{id}/deliveries/{deliveryId}'] = delivery?.id ?? ''
  }

  async #failures(userId: string): Promise<void> {
    await this.#house.test.kernel.database.transaction(this.#tenantId, async (uow) => {
      const title = `${this.#marker} is told`
      const data = { kind: 'house.told', to: { users: [userId] }, title, body: title }
      uow.publish({ type: notificationRequested, key: 'house', data })
      uow.publish({ type: stumbled, key: 'house', data: { text: this.#marker } })
    })
    await this.#house.settle()
    this.#ids['/api/notifications/{id}'] = (await this.#as.items('/api/notifications'))[0]?.id ?? ''
    this.#ids['/api/admin/dead-letters/{id}'] = (await this.#as.items('/api/admin/dead-letters'))[0]?.id ?? ''
    this.#ids['/api/admin/dead-jobs/{id}'] = (await this.#as.items('/api/admin/dead-jobs'))[0]?.id ?? ''
    this.#ids['/api/admin/webhooks/{id}'] = (await this.#as.items('/api/admin/webhooks'))[0]?.id ?? ''
  }

  async #visitor() {
    const webchatId = this.#ids['/api/webchat/{connectionId}'] ?? ''
    const session = await this.#as.post(`/api/webchat/${webchatId}/session`, {})
    const headers = { authorization: `Visitor ${session.token}` }
    const payload = { id: newId(), text: `${this.#marker} visits` }
    await this.#house.test.inject({ method: 'POST', url: '/api/webchat/messages', as: null, headers, payload })
    await this.#house.settle()
    this.#ids['/api/webchat/files/{token}'] = await this.#sharedFile(headers)
    return { visitorToken: String(session.token), webchatId, participantId: String(session.participantId) }
  }

  /** The token in the link to a file that the visitor sends. */
  async #sharedFile(headers: Readonly<Record<string, string>>): Promise<string> {
    const { inject } = this.#house.test
    const boundary = 'furnish'
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${this.#marker}.png"\r\n`
    const payload = Buffer.concat([
      Buffer.from(`${head}Content-Type: image/png\r\n\r\n`),
      DOT,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ])
    const type = { 'content-type': `multipart/form-data; boundary=${boundary}` }
    const sent = { method: 'POST', url: '/api/webchat/files', as: null, headers: { ...headers, ...type }, payload }
    const { file } = (await inject(sent)).body as { file: string }
    const message = { id: newId(), file }
    await inject({ method: 'POST', url: '/api/webchat/messages', as: null, headers, payload: message })
    await this.#house.settle()
    const { text } = await inject({ url: '/api/webchat/messages?after=0', as: null, headers })
    return /\/api\/webchat\/files\/([^"?]+)/.exec(text)?.[1] ?? ''
  }
}
