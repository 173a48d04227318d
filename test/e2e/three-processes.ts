import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WhatsAppSimulator } from '../../adapters/whatsapp/simulator/index.ts'
import { startOwnServer } from '../core/data/own-server.ts'
import { PagewireSimulator } from '../fixtures/partner-channel/dist/simulator.js'
import { newPrefix } from '../kafka/prefix.ts'
import { installPartnerPackage, PACKAGE_NAME } from '../partner/install.ts'
import { AppProcess } from './app-process.ts'
import type { Demo } from './installation.ts'

const OURS = fileURLToPath(new URL('../../', import.meta.url))
const SIGNING_SECRET = 'pagewire-signing-secret'
const LINE = { line: 'PW-7001', name: 'Front desk', apiKey: 'pw-key-of-the-front-desk' }
const FIRST_PARTY = 'kafka,local-files,contacts,inbox,whatsapp'

/** Two processes with our own plugins and one with a partner's alone, on one database and one broker. */
export interface ThreeProcesses {
  readonly first: AppProcess
  readonly second: AppProcess
  readonly partner: AppProcess
  readonly demo: Demo
  readonly databaseUrl: string
  /** What pagers got. */
  readonly pages: PagewireSimulator['pages']
  /** Pagewire posts a page of this pager; the answer's status. */
  page(pager: string, text: string): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startThreeProcesses(brokers: string): Promise<ThreeProcesses> {
  await using stack = new AsyncDisposableStack()
  const server = await startOwnServer()
  stack.defer(() => server.remove())
  const vendor = new WhatsAppSimulator({ statuses: [], enforceWindow: false })
  await vendor.listen()
  stack.defer(() => vendor.close())
  const pagewire = new PagewireSimulator({ lines: [LINE], signingSecret: SIGNING_SECRET })
  await pagewire.listen()
  stack.defer(() => pagewire.close())
  const { root, remove } = await installPartnerPackage()
  stack.defer(remove)
  await configure(root)
  const env = {
    ...{ DATABASE_URL: server.adminUrl, MIGRATE_ON_START: 'true', PARLEY_HOME: join(root, 'state') },
    ...{ KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: newPrefix(), PAGEWIRE_URL: pagewire.url },
    ...{ GRAPH_BASE_URL: vendor.url, SHUTDOWN_LEAD_MS: '1000' },
  }
  const start = async (name: string, plugins: string) => {
    const started = await AppProcess.start(name, root, { ...env, PLUGINS: plugins })
    stack.defer(async () => void (await started.stop()))
    return started
  }
  const first = await start('first', FIRST_PARTY)
  const second = await start('second', FIRST_PARTY)
  const partner = await start('partner', `kafka,local-files,${PACKAGE_NAME}`)
  const demo: Demo = JSON.parse(await readFile(join(root, 'state', 'demo.json'), 'utf8'))
  const hook = await connectLine(partner, demo)
  const all = stack.move()
  return {
    ...{ first, second, partner, demo, databaseUrl: server.adminUrl, pages: pagewire.pages },
    page: (from, text) => {
      const message = { id: `msg_${from}_${text}`, from, name: 'Ada', text }
      const signed = pagewire.webhook([{ line: LINE.line, type: 'message.received', message }])
      return pagewire.webhooks.postNow({ url: hook, ...signed })
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

/** Our plugins beside the partner's package, and a configuration that names them all. */
async function configure(root: string): Promise<void> {
  for (const folder of ['adapters', 'plugins']) await symlink(join(OURS, folder), join(root, folder))
  await mkdir(join(root, 'config'))
  const config = `import ours from ${JSON.stringify(join(OURS, 'config/index.ts'))}
const pagewire = { use: '${PACKAGE_NAME}', settings: { baseUrl: process.env.PAGEWIRE_URL } }
export default { ...ours, plugins: [...ours.plugins, pagewire] }
`
  await writeFile(join(root, 'config/index.ts'), config)
}

/** Over the partner process's own API; the address that Pagewire is told. */
async function connectLine(partner: AppProcess, { apiKey }: Demo): Promise<string> {
  const post = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    const answer = await fetch(`${partner.baseUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${text}`)
    return JSON.parse(text) as { id: string; url: string }
  }
  const endpoint = await post('/api/endpoints', { adapter: PACKAGE_NAME, secrets: { signingSecret: SIGNING_SECRET } })
  const { line: externalId, name, apiKey: key } = LINE
  const connection = { provider: PACKAGE_NAME, externalId, name, endpointId: endpoint.id, secrets: { apiKey: key } }
  await post('/api/connections', connection)
  return `${partner.baseUrl}${new URL(endpoint.url).pathname}`
}
