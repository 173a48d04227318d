import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ParleyError } from '@parley/core'
import { type PluginEntry, startTestKernel, type TestKernel } from '@parley/core/testing'
import { WhatsAppSimulator } from '../../adapters/whatsapp/simulator/index.ts'
import config from '../../config/index.ts'
import { Receiver } from '../plugins/webhooks/receiver.ts'
import { FaultLog } from './fault-log.ts'

/** Nothing of these is slow or limited by number: a test calls as often as a city. */
const ENV = {
  HTTP_TRUST_PROXY: 'true',
  HTTP_LIMITS_AUTH_POINTS: '1000000',
  HTTP_LIMITS_AUTH_ADDRESS_POINTS: '1000000',
}

/** All that `config/` names, running, with the far ends simulated; and one plugin more, that leaves dead letters behind. */
export class House {
  readonly test: TestKernel
  readonly whatsapp: WhatsAppSimulator
  /** Where webhooks of partners are sent. */
  readonly partner: Receiver
  readonly partnerUrl: string
  readonly log: FaultLog
  readonly #home: string

  private constructor(parts: Pick<House, 'test' | 'whatsapp' | 'partner' | 'partnerUrl' | 'log'>, home: string) {
    this.test = parts.test
    this.whatsapp = parts.whatsapp
    this.partner = parts.partner
    this.partnerUrl = parts.partnerUrl
    this.log = parts.log
    this.#home = home
  }

  static async open(): Promise<House> {
    const home = await mkdtemp(join(tmpdir(), 'parley-house-'))
    const whatsapp = new WhatsAppSimulator()
    await whatsapp.listen()
    const partner = new Receiver()
    const partnerUrl = await partner.listen()
    const log = new FaultLog()
    const test = await startTestKernel({ plugins: plugins(home, whatsapp.url), env: ENV, listen: true, log })
    const house = new House({ test, whatsapp, partner, partnerUrl, log }, home)
    const failed = test.kernel.report.failures.map(({ plugin, reason }) => `${plugin}: ${reason}`)
    if (failed.length === 0) return house
    await house.close()
    throw new ParleyError('test.boot', failed.join('; '))
  }

  /** Until all webhooks of the vendor have come and all that follows is done. */
  async settle(): Promise<void> {
    await this.whatsapp.webhooks.idle()
    await this.test.drain(20_000)
  }

  async close(): Promise<void> {
    await this.test.stop()
    await this.partner.close()
    await this.whatsapp.close()
    await rm(this.#home, { recursive: true, force: true })
  }
}

function plugins(home: string, graphBaseUrl: string): readonly PluginEntry[] {
  const often = { burst: 1_000_000, perMinute: 1_000_000 }
  const settings: Readonly<Record<string, object>> = {
    './adapters/whatsapp': { graphBaseUrl },
    './adapters/webchat': {
      limits: { sessions: often, messages: often, reads: often, files: often, buckets: 1000 },
    },
    './adapters/outbox-mail': { folder: join(home, 'outbox') },
    './plugins/accounts': { linkBase: 'https://app.example', password: { memoryKib: 7168, passes: 1 } },
    './plugins/webhooks': { allowHttp: true, egress: { allow: ['127.0.0.1/32'] }, maxSubscriptions: 1000 },
  }
  return [
    ...config.plugins.map((entry) => {
      const own = settings[entry.use]
      return own === undefined ? entry : { ...entry, settings: { ...Object(entry.settings), ...own } }
    }),
    { use: fileURLToPath(new URL('./stumbler/', import.meta.url)) },
  ]
}
