import { channelUnknownReceived } from '../contracts/events/channel.ts'
import { eventCarrier } from '../contracts/ports/event-carrier.ts'
import { openPool } from '../data/index.ts'
import { eventSettings, makeCarrierTopics } from '../events/index.ts'
import { discover } from '../kernel/discover.ts'
import { kernelVersion } from '../kernel/kernel-version.ts'
import { loadPlugin } from '../kernel/load.ts'
import type { PluginRecord } from '../kernel/record.ts'
import { withCarrier } from '../kernel/with-carrier.ts'
import type { Plugin } from '../plugin/plugin.ts'
import { portName } from '../plugin/port.ts'
import type { CliContext } from './command.ts'
import type { Installation } from './installation.ts'

/** Makes every topic that an installed plugin publishes to at the broker, where one is configured. */
export async function makeTopics(
  { settings, config, log }: Installation,
  adminUrl: string,
  context: CliContext,
): Promise<void> {
  const loaded = await loadAll(discover(config.plugins, context.cwd, kernelVersion))
  const carriers = loaded.filter(({ plugin }) => offersCarrier(plugin)).map(({ record }) => record)
  if (carriers.length === 0) return
  const types = loaded.flatMap(({ plugin }) => plugin.manifest.publishes ?? [])
  const topics = [...new Set([channelUnknownReceived, ...types].map((type) => type.topic))]
  await withCarrier(carriers, settings, log, async (carrier) => {
    const knex = openPool({ url: adminUrl, max: 1, applicationName: 'parley-migrate' })
    try {
      const made = await makeCarrierTopics(knex, carrier, topics, eventSettings(settings.events).partitions)
      context.print(`topics: ${made.map(({ topic, partitions }) => `${topic} (${partitions})`).join(', ')}`)
    } finally {
      await knex.destroy()
    }
  })
}

/** What cannot be loaded has been named already, when its tables were looked for. */
async function loadAll(records: readonly PluginRecord[]): Promise<readonly { record: PluginRecord; plugin: Plugin }[]> {
  const up = records.filter((record) => !record.down)
  const found = await Promise.all(
    up.map((record) =>
      loadPlugin(record).then(
        (plugin) => [{ record, plugin }],
        () => [],
      ),
    ),
  )
  return found.flat()
}

function offersCarrier(plugin: Plugin): boolean {
  return plugin.manifest.provides?.some((port) => portName(port) === portName(eventCarrier)) === true
}
