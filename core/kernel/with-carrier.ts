import { systemClock } from '../clock.ts'
import type { KernelSettings } from '../config/settings.ts'
import { type EventCarrier, eventCarrier } from '../contracts/ports/event-carrier.ts'
import { clock, logger } from '../contracts/ports/services.ts'
import { ParleyError } from '../plugin/errors.ts'
import { portName } from '../plugin/port.ts'
import type { Logger } from '../plugin/services.ts'
import type { KernelPorts } from './container.ts'
import { Taken } from './contributions.ts'
import { Lifecycle } from './lifecycle.ts'
import { ProviderRegistry } from './providers.ts'
import type { PluginRecord } from './record.ts'
import { Supervisor } from './supervise.ts'

/**
 * Runs `work` with an event carrier outside of a kernel: the plugins of `records`, which offer it, are started for that and
 * stopped again. They get the kernel's clock and logger, and no other port.
 *
 * @returns false when none is configured
 * @throws ParleyError `carrier.down` when a plugin that should offer one cannot run
 */
export async function withCarrier(
  records: readonly PluginRecord[],
  { deadlines, environment, breaker }: Pick<KernelSettings, 'deadlines' | 'environment' | 'breaker'>,
  log: Logger,
  work: (carrier: EventCarrier) => Promise<void>,
): Promise<boolean> {
  const isRunning = (id: string) => records.some((record) => record.id === id && record.state === 'started')
  const providers = new ProviderRegistry(isRunning)
  const supervisor = new Supervisor({ clock: systemClock, log, settings: breaker })
  const lifecycle = new Lifecycle({ records, deadlines, environment, log, supervisor, providers })
  await start(lifecycle, log)
  try {
    const down = records.find((record) => record.down)
    if (down !== undefined) throw new ParleyError('carrier.down', `${down.id} cannot run: ${down.reason}`)
    const carrier = providers.running(eventCarrier)
    if (!carrier) return false
    await work(carrier)
    return true
  } finally {
    await lifecycle.stop()
  }
}

async function start(lifecycle: Lifecycle, log: Logger): Promise<void> {
  const ports: KernelPorts = new Map<string, (pluginId: string) => unknown>([
    [portName(logger), (id) => log.child({ plugin: id })],
    [portName(clock), () => systemClock],
  ])
  await lifecycle.load()
  lifecycle.link(new Set(ports.keys()))
  await lifecycle.register(ports, new Taken())
  lifecycle.mount(() => {})
  await lifecycle.start()
}
