import { pathToFileURL } from 'node:url'
import { type DemoFile, readDemoFile } from '../../config/demo-file.ts'
import { discover } from '../../kernel/discover.ts'
import { kernelVersion } from '../../kernel/kernel-version.ts'
import { ParleyError } from '../../plugin/errors.ts'
import { type Command, required, UsageError } from '../command.ts'
import { openInstallation } from '../installation.ts'

/** The default export of the module that an adapter's package names as `parley.simulator`. */
export type Simulator = (args: readonly string[], demo: DemoFile) => Promise<void>

export const simulateCommand: Command = {
  name: 'simulate',
  usage: '<channel> <text> …',
  summary: 'Writes to the running demo as a customer of a channel: parley simulate whatsapp "Hello".',
  help: ['What comes after the channel is for its simulator. Reads where the demo is from $PARLEY_HOME/demo.json.'],
  async run(input, context) {
    const channel = required(input, 0, 'a channel')
    if (input.positionals.length < 2) throw new UsageError('expected a text')
    const { settings, config } = await openInstallation(context)
    const records = discover(config.plugins, context.cwd, kernelVersion)
    const simulators = records.filter((record) => record.package?.simulator !== undefined)
    const file = simulators.find((record) => record.id === channel)?.package?.simulator
    if (file === undefined) {
      const known = simulators.map((record) => record.id).join(', ') || 'none'
      throw new ParleyError('simulator.missing', `${channel} has no simulator; there are: ${known}`)
    }
    const module: { readonly default?: unknown } = await import(pathToFileURL(file).href)
    if (typeof module.default !== 'function') {
      throw new ParleyError('simulator.malformed', `${file} does not export a function as its default`)
    }
    const simulate = module.default as Simulator
    await simulate(input.positionals.slice(1), readDemoFile(settings.home))
  },
}
