import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import pg from 'pg'
import { findKafka, KAFKA_START_MS } from '../kafka/shared-kafka.ts'
import { PACKAGE_NAME } from '../partner/install.ts'
import { describeWith } from '../real-parts.ts'
import type { AppProcess } from './app-process.ts'
import { BalancedLoad } from './balanced-load.ts'
import { startThreeProcesses, type ThreeProcesses } from './three-processes.ts'

const CUSTOMERS = 16
const GROUP = 'inbox.record-inbound'

describeWith('Kafka', findKafka(), 'two processes with our plugins and one with a partner’s, over Kafka', (kafka) => {
  let installation: ThreeProcesses

  before(async function () {
    this.timeout(KAFKA_START_MS)
    installation = await startThreeProcesses(await kafka.brokers())
  })
  after(async function () {
    this.timeout(60_000)
    await installation[Symbol.asyncDispose]()
  })

  it('share the work, and one that is stopped under load leaves nothing behind and no client with an error', async () => {
    const { first, second, partner, demo, page } = installation
    const load = new BalancedLoad([first, second], demo, 'shared')
    const counts = load.run(CUSTOMERS)
    for (let n = 0; n < 40; n += 1) expect(await page(`550100${10 + (n % 8)}`, `page ${n}`)).to.equal(200)
    await until(async () => load.acknowledged > 300 && (await handled(first)) > 0 && (await handled(second)) > 0)
    await tell(installation)
    const before = load.acknowledged
    const ending = await first.stop()
    await until(async () => load.acknowledged > before + 100)
    load.stop()
    const { acknowledged, errors, turnedAway } = await counts
    console.log(
      `      first: exit ${ending.code} in ${ending.ms} ms under load; ${acknowledged} webhooks acknowledged,`,
    )
    console.log(`      ${errors.length} errors, ${turnedAway} calls that found the port closed and went elsewhere`)
    expect(errors).to.deep.equal([])
    expect(ending.code).to.equal(0)
    expect(ending.ms).to.be.lessThan(15_000)
    await until(async () => (await stored(installation)).messages >= acknowledged + 40)
    expect(await stored(installation)).to.deep.equal({ messages: acknowledged + 40, distinct: acknowledged + 40 })
    expect(await handled(partner), 'the partner’s process handles nothing of the inbox').to.equal(0)
    expect(await elements(partner, PACKAGE_NAME)).to.equal(40)
    await until(async () => (await lag(second)) === 0)
  }).timeout(120_000)

  it('send what agents answer through the process that has the channel', async () => {
    const { second, demo, pages, page } = installation
    expect(await page('55019999', 'Is the desk open?')).to.equal(200)
    const call = async (path: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${demo.apiKey}`, 'content-type': 'application/json' }
      const answer = await fetch(`${second.baseUrl}${path}`, { ...init, headers })
      return (await answer.json()) as { items: { id: string }[]; id: string }
    }
    const asked = async () => (await call('/api/conversations?q=desk')).items[0]
    await until(async () => (await asked()) !== undefined)
    const body = JSON.stringify({ text: 'Until eight.' })
    await call(`/api/conversations/${(await asked())?.id}/messages`, { method: 'POST', body })
    await until(async () => pages.some(({ to, text }) => to === '55019999' && text === 'Until eight.'))
  }).timeout(60_000)
})

/** Batches that this process's handler has finished. */
function handled(process: AppProcess): Promise<number> {
  return process.metric('messaging_process_duration_count', { messaging_consumer_group_name: GROUP })
}

function elements(process: AppProcess, plugin: string): Promise<number> {
  return process.metric('parley_webhook_elements_total', { parley_plugin: plugin, outcome: 'stored' })
}

function lag(process: AppProcess): Promise<number> {
  return process.metric('parley_consumer_lag_events', { messaging_consumer_group_name: GROUP })
}

/** What each process has done so far, by its own metrics. */
async function tell({ first, second, partner }: ThreeProcesses): Promise<void> {
  for (const process of [first, second, partner]) {
    const carried = (part: string, figure: string) => process.metric('parley_carrier_figure', { part, figure })
    const plugin = process === partner ? PACKAGE_NAME : 'whatsapp'
    console.log(
      `      ${process.name}: webhooks stored ${await elements(process, plugin)}, batches of ${GROUP} ${await handled(process)},`,
      `relayed ${await carried('relay', 'sent')}, got by delivery ${await carried('reading', 'handed')},`,
      `from the log ${await carried('reading', 'fetched')}`,
    )
  }
}

async function stored({ databaseUrl }: ThreeProcesses): Promise<{ messages: number; distinct: number }> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ messages: number; distinct: number }>(
      `select count(*)::int as messages, count(distinct external_id)::int as distinct
         from inbox.message where direction = 'in'`,
    )
    return rows[0] ?? { messages: 0, distinct: 0 }
  } finally {
    await client.end()
  }
}

/** Bounded: the condition is asked again until it holds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const late = performance.now() + 45_000
  while (!(await condition())) {
    if (performance.now() > late) throw new Error('it did not come within 45 s')
    await pause(100)
  }
}
