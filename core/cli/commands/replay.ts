import type { ReplayFrom } from '../../events/index.ts'
import { bootKernel } from '../../kernel/kernel.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { type Command, required, stringOption, UsageError } from '../command.ts'
import { openInstallation } from '../installation.ts'

export const replayCommand: Command = {
  name: 'replay',
  usage: '<group> [--from earliest|<time>]',
  summary: 'Sets a handler back, so that it sees old events again: parley replay inbox.record-inbound.',
  help: [
    'The group is <plugin>.<handler>. A handler that must not run over old events again is refused.',
    '--from earliest              from the beginning of the log (the default)',
    '--from 2026-11-01T00:00:00Z  from what was stored at or after that time',
  ],
  options: { from: { type: 'string' } },
  async run(input, context) {
    const group = required(input, 0, 'a group')
    const from = placeOf(stringOption(input, 'from') ?? 'earliest')
    const { settings, config } = await openInstallation(context)
    const log = createLogger(context.env.LOG_LEVEL === undefined ? 'warn' : settings.logLevel)
    const kernel = await bootKernel({ settings, config, root: context.cwd, log, listen: false })
    try {
      await kernel.engine.replay(group, from)
      context.print(`${group} goes back to ${from === 'earliest' ? 'the beginning of the log' : from.toISOString()}`)
    } finally {
      await kernel.stop()
    }
  },
}

function placeOf(text: string): Extract<ReplayFrom, 'earliest' | Date> {
  if (text === 'earliest') return text
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new UsageError(`--from is "earliest" or an ISO 8601 time, got "${text}"`)
  return time
}
