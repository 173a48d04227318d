import { systemClock } from '../../clock.ts'
import { discover } from '../../kernel/discover.ts'
import { kernelPortNames } from '../../kernel/kernel-ports.ts'
import { kernelVersion } from '../../kernel/kernel-version.ts'
import { Lifecycle } from '../../kernel/lifecycle.ts'
import { ProviderRegistry } from '../../kernel/providers.ts'
import { BootReport } from '../../kernel/report.ts'
import { Supervisor } from '../../kernel/supervise.ts'
import { ParleyError } from '../../plugin/errors.ts'
import { createLogger } from '../../telemetry/logger.ts'
import type { Command } from '../command.ts'
import { openInstallation } from '../installation.ts'

export const pluginsCommand: Command = {
  name: 'plugins',
  usage: '',
  summary: 'Lists the configured plugins, and whether they can be loaded and fit together.',
  help: ['Nothing is started. Exit code 1 when a plugin cannot run. GET /api/admin/plugins tells of a running server.'],
  async run(_, context) {
    const { settings, config } = await openInstallation(context)
    const records = discover(config.plugins, context.cwd, kernelVersion)
    const log = createLogger('silent')
    const lifecycle = new Lifecycle({
      records,
      deadlines: settings.deadlines,
      supervisor: new Supervisor({ clock: systemClock, log, settings: settings.breaker }),
      providers: new ProviderRegistry(() => false),
      log,
    })
    await lifecycle.load()
    lifecycle.link(kernelPortNames)
    const report = new BootReport(records)
    context.print(report.toString())
    const { failures } = report
    if (failures.length > 0) {
      throw new ParleyError('plugins.broken', `${failures.length} of ${records.length} cannot run; see above`)
    }
  },
}
