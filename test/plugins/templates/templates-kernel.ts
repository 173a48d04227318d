import { fileURLToPath } from 'node:url'
import type { MessageTemplates } from '@parley/core'
import { startTestKernel, type TestAnswer, TestClock, type TestKernel, type TestTenant } from '@parley/core/testing'
import { WhatsAppSimulator } from '../../../adapters/whatsapp/simulator/index.ts'
import type { SimulatedTemplate } from '../../../adapters/whatsapp/simulator/state.ts'
import { portProbe } from './port-probe/held.ts'

const NUMBER = '660000000000001'
const WABA = '660000000000009'
const TOKEN = 'EAAtokenOfTheTemplatesKernel'
const APP_SECRET = 'app-secret-of-the-templates-kernel'

/** Templates of the simulated account, when a test names no others. */
export const GREETING: SimulatedTemplate = {
  id: '700000000000011',
  name: 'greeting',
  language: 'en',
  category: 'MARKETING',
  status: 'APPROVED',
  quality_score: { score: 'GREEN' },
  components: [
    { type: 'HEADER', format: 'TEXT', text: 'Dear {{1}}' },
    { type: 'BODY', text: 'Your {{1}} is ready at {{2}}.', example: { body_text: [['bread', 'noon']] } },
    { type: 'FOOTER', text: 'The bakery' },
    { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Track', url: 'https://example.org/{{1}}' }] },
  ],
}

export const REMINDER: SimulatedTemplate = {
  id: '700000000000012',
  name: 'reminder',
  language: 'de',
  category: 'UTILITY',
  status: 'PENDING',
  components: [{ type: 'BODY', text: 'Hallo {{name}}, bis {{day}}!' }],
}

/** A running kernel with templates, the inbox and WhatsApp, and Meta's side of it. */
export class TemplatesKernel {
  readonly test: TestKernel
  readonly simulator: WhatsAppSimulator
  readonly clock: TestClock
  readonly connectionId: string

  private constructor(test: TestKernel, simulator: WhatsAppSimulator, clock: TestClock, connectionId: string) {
    this.test = test
    this.simulator = simulator
    this.clock = clock
    this.connectionId = connectionId
  }

  static async start(): Promise<TemplatesKernel> {
    const clock = new TestClock('2026-08-03T10:00:00.000Z')
    const now = () => clock.millis()
    const simulator = new WhatsAppSimulator({ now, templates: { [WABA]: [GREETING, REMINDER] } })
    await simulator.listen()
    const test = await startTestKernel({
      clock,
      listen: true,
      plugins: [
        './adapters/local-files',
        { use: './adapters/whatsapp', settings: { graphBaseUrl: simulator.url } },
        './plugins/contacts',
        { use: './plugins/inbox', settings: { burstMs: 0 } },
        './plugins/templates',
        fileURLToPath(new URL('./port-probe/', import.meta.url)),
      ],
    })
    const connectionId = await connect(test, simulator)
    const templates = new TemplatesKernel(test, simulator, clock, connectionId)
    await test.drain()
    return templates
  }

  /** The `message-templates` port, as a plugin gets it. */
  get port(): MessageTemplates {
    const { port } = portProbe
    if (port === undefined) throw new Error('the probe has not been registered')
    return port
  }

  call(method: string, url: string, payload?: object, as?: TestTenant): Promise<TestAnswer> {
    return this.test.inject({ method, url, ...(payload && { payload }), ...(as && { as }) })
  }

  /** The body of an answer that has to be a success. */
  async body<T = Record<string, unknown>>(method: string, url: string, payload?: object): Promise<T> {
    const answer = await this.call(method, url, payload)
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`)
    return answer.body as T
  }

  /** Asks for a sync, and waits until all is done. */
  async sync(): Promise<void> {
    await this.body('POST', '/api/channel-templates/sync', {})
    await this.test.drain()
  }

  /** Until Meta's webhooks have arrived and all that follows is done. */
  async settle(): Promise<void> {
    await this.simulator.webhooks.idle()
    await this.test.drain()
  }

  /** The vendor's templates as the API lists them, by name. */
  async copies(query = ''): Promise<readonly Copy[]> {
    return (await this.body<{ items: Copy[] }>('GET', `/api/channel-templates${query}`)).items
  }

  async copy(name: string): Promise<Copy> {
    const found = (await this.copies()).find((one) => one.name === name)
    if (found === undefined) throw new Error(`no copy of ${name}`)
    return found
  }

  /** What the rest of the house heard since the last call, `greeting: approval approved`, in order. */
  changes(): readonly string[] {
    return portProbe.heard
      .splice(0)
      .map(({ name, change, kind, state }) => `${name}: ${change}${kind === 'channel' ? ` ${state}` : ''}`)
  }

  async stop(): Promise<void> {
    await this.test.stop()
    await this.simulator.close()
  }
}

export interface Copy {
  readonly id: string
  readonly name: string
  readonly language: string
  readonly category: string
  readonly state: string
  readonly reason: string | null
  readonly quality: string | null
  readonly vanishedAt: string | null
  readonly usage: { readonly count: number; readonly lastUsedAt: string | null }
}

async function connect(test: TestKernel, simulator: WhatsAppSimulator): Promise<string> {
  const { connections, database } = test.kernel
  const endpoint = await connections.createEndpoint({
    adapter: 'whatsapp',
    tenantId: null,
    secrets: { appSecret: APP_SECRET, verifyToken: 'verify-token' },
  })
  simulator.addAccount({
    phoneNumberId: NUMBER,
    wabaId: WABA,
    accessToken: TOKEN,
    displayPhoneNumber: '15550001111',
    verifiedName: 'The bakery',
    callbackUrl: `${test.baseUrl}/hooks/whatsapp/${endpoint.id}`,
    appSecret: APP_SECRET,
  })
  const { id } = await database.transaction(test.tenantId, (uow) =>
    connections.create(uow, {
      provider: 'whatsapp',
      externalId: NUMBER,
      name: 'The bakery',
      endpointId: endpoint.id,
      aliases: [`waba:${WABA}`],
      settings: { wabaId: WABA },
      secrets: { accessToken: TOKEN },
    }),
  )
  return id
}
