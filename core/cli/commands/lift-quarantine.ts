import { systemClock } from '../../clock.ts'
import { Quarantine } from '../../kernel/quarantine.ts'
import { ParleyError } from '../../plugin/errors.ts'
import { type Command, required } from '../command.ts'
import { withStorage } from '../installation.ts'

export const liftQuarantineCommand: Command = {
  name: 'lift-quarantine',
  usage: '<plugin>',
  summary: 'Lets a plugin be loaded again after it ended the process too often.',
  help: ['Counts from the next start of the server on. Without a name, those in quarantine are listed.'],
  async run(input, context) {
    await withStorage(context, async ({ knex }, settings) => {
      const quarantine = new Quarantine({ knex, clock: systemClock, settings: settings.quarantine })
      if (input.positionals.length === 0) {
        const held = await quarantine.list()
        if (held.size === 0) context.print('no plugin is in quarantine')
        for (const [id, why] of held) context.print(`${id}: ${why}`)
        return
      }
      const id = required(input, 0, 'a plugin id')
      if (!(await quarantine.lift(id))) throw new ParleyError('plugin.not-quarantined', `${id} is not in quarantine`)
      context.print(`${id} will be loaded at the next start`)
    })
  },
}
