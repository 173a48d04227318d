import { type Demo, withDemo } from '../../config/define-config.ts'
import { bootKernel, type Kernel } from '../../kernel/kernel.ts'
import { Shutdown, stopOnSignals } from '../../kernel/shutdown.ts'
import type { Command } from '../command.ts'
import { giveBackMemory } from '../give-back-memory.ts'
import { openInstallation } from '../installation.ts'

export const startCommand: Command = {
  name: 'start',
  usage: '',
  summary: 'Starts the server; SIGTERM or Ctrl-C stops it in good order.',
  help: [
    'Listens on PORT (3000) of HOST. State lies in PARLEY_HOME (.parley) with an embedded Postgres, unless DATABASE_URL',
    'names a server; then run "parley migrate" first, or set MIGRATE_ON_START=true. PLUGINS=inbox,contacts runs a subset,',
    'PLUGINS=-inbox all but that.',
  ],
  async run(_, context) {
    const { settings, config, log } = await openInstallation(context)
    const running: Running = {}
    const stop = () => stopAll(running)
    const exit = (code: number) => process.exit(code)
    const shutdown = new Shutdown({ log, graceMs: settings.shutdown.graceMs, stop, exit })
    stopOnSignals(shutdown)
    try {
      const demo = await config.demo?.(settings)
      if (demo !== undefined) running.demo = demo
      running.kernel = bootKernel({
        settings,
        config: withDemo(config, demo),
        root: context.cwd,
        log,
        onCrash: (pluginId) => shutdown.run(1, `an exception of ${pluginId} that nobody caught`),
      })
      const kernel = await running.kernel
      context.print(`\n${kernel.report}\n`)
      const lines = (await demo?.seed(kernel)) ?? []
      context.print(`Parley ${kernel.version} is ready: ${settings.publicUrl ?? kernel.baseUrl}`)
      for (const line of lines) context.print(line)
      await giveBackMemory()
    } catch (error) {
      await stop()
      throw error
    }
  },
}

/** What is there to be stopped; a kernel may still be booting. */
interface Running {
  kernel?: Promise<Kernel>
  demo?: Demo
}

async function stopAll(running: Running): Promise<void> {
  // A boot that failed has stopped what it began, and its error is told by whoever waits for it.
  const kernel = await running.kernel?.catch(() => undefined)
  await kernel?.stop()
  await running.demo?.stop()
}
