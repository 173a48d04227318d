import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WhatsAppSimulator } from '../../adapters/whatsapp/simulator/index.ts'
import { startOwnServer } from '../core/data/own-server.ts'
import { Collector } from '../core/telemetry/collector.ts'
import { type Demo, Installation } from './installation.ts'

/** Two processes of one installation, on one database, that tell one collector. */
export interface TwoProcesses {
  readonly collector: Collector
  readonly vendor: WhatsAppSimulator
  /** Of the process that takes webhooks in. */
  readonly demo: Demo
  /** In good order; what is left to tell is told. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** `intake` takes webhooks in, `worker` does the work and calls the vendor. `env`: for both, beyond that. */
export async function startTwoProcesses(env: Readonly<Record<string, string>>): Promise<TwoProcesses> {
  await using stack = new AsyncDisposableStack()
  const server = await startOwnServer()
  stack.defer(() => server.remove())
  const collector = await Collector.listen()
  stack.defer(() => collector.close())
  const vendor = new WhatsAppSimulator({ statuses: [], enforceWindow: false })
  await vendor.listen()
  stack.defer(() => vendor.close())
  const both = { ...surroundings(server.adminUrl, vendor.url, collector.url), ...env }
  const carrier = env.KAFKA_BROKERS === undefined ? '' : 'kafka,'
  const worker = await Installation.create({
    ...both,
    OTEL_SERVICE_NAME: 'worker',
    PLUGINS: `${carrier}local-files,contacts,inbox,whatsapp`,
  })
  stack.defer(() => worker.remove())
  stack.defer(() => worker.stop())
  await worker.start()
  const intake = await Installation.create({
    ...both,
    PARLEY_HOME: worker.home,
    OTEL_SERVICE_NAME: 'intake',
    PLUGINS: `${carrier}local-files,whatsapp`,
  })
  stack.defer(() => intake.stop())
  const demo = await intake.start()
  vendor.addAccount(await accountOf(demo, worker.home))
  const all = stack.move()
  return {
    ...{ collector, vendor, demo },
    async stop() {
      await intake.stop()
      await worker.stop()
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

function surroundings(databaseUrl: string, vendorUrl: string, collectorUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    MIGRATE_ON_START: 'true',
    GRAPH_BASE_URL: vendorUrl,
    INBOX_BURST_MS: '50',
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    TELEMETRY_EXPORT_EVERY_MS: '500',
  }
}

async function accountOf({ whatsapp }: Demo, home: string) {
  const { accessToken } = JSON.parse(await readFile(join(home, 'demo.json'), 'utf8')) as { accessToken: string }
  const { phoneNumberId, appSecret, endpointUrl: callbackUrl } = whatsapp
  const names = { wabaId: '102290129340398', displayPhoneNumber: '15550783881', verifiedName: 'Parley' }
  return { phoneNumberId, accessToken, appSecret, callbackUrl, ...names }
}
