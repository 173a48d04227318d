import { AuditLog } from '../../audit/index.ts'
import { systemClock } from '../../clock.ts'
import type { AuditActor } from '../../contracts/ports/audit.ts'
import { TransactionRunner } from '../../data/index.ts'
import { EventEngine, EventRegistry, eventSettings } from '../../events/index.ts'
import { ParleyError } from '../../plugin/errors.ts'
import { type KeyAdmin, openKeys } from '../../secrets/index.ts'
import { Tenants } from '../../tenancy/tenants.ts'
import { type CliContext, type Command, type CommandInput, required, UsageError } from '../command.ts'
import { withStorage } from '../installation.ts'

export const keysCommand: Command = {
  name: 'keys',
  usage: 'status|rotate|reseal|retire [<id>] [--now]',
  summary: 'The keys that seal secrets: see them, rotate them, take an old one away. Nothing needs a restart.',
  help: [
    'status        the keys, and how far sealing anew has come',
    'rotate        makes a new key; servers know it within a second, seal with it after five, then seal anew what is older',
    'reseal        seals anew once more: for what a server that was asleep has sealed with an old key',
    'retire <id>   takes an old key away, once nothing is sealed with it and what it signed has run out; --now ends that',
    '',
    'These keys lie in the database, wrapped by the root key: PARLEY_KEYS, or keys.json in PARLEY_HOME. To change the root',
    'key put the new one before it, restart the servers one after another, rotate, and retire the keys made before; then',
    'nothing is under the old root key.',
  ],
  options: { now: { type: 'boolean' } },
  async run(input, context) {
    const action = ACTIONS[required(input, 0, 'status, rotate, reseal or retire')]
    if (action === undefined) throw new UsageError('expected status, rotate, reseal or retire')
    await withStorage(context, async ({ knex }, settings, log) => {
      const clock = systemClock
      const registry = new EventRegistry()
      const events = new EventEngine({ knex, log, clock, registry, settings: eventSettings(settings.events) })
      const keys = await openKeys({
        ...{ setting: settings.keys, home: settings.home, settings: settings.secrets, knex, clock, log },
      })
      await keys.follower.stop()
      const rooms = { database: new TransactionRunner({ knex, events }), tenants: new Tenants({ knex, clock }) }
      await action(keys.admin({ ...rooms, audit: new AuditLog({ clock }) }), input, context)
    })
  },
}

type Action = (keys: KeyAdmin, input: CommandInput, context: CliContext) => Promise<void>

/** Whoever may run commands on the machine. */
const OPERATOR: AuditActor = { kind: 'system', id: 'cli' }

const ACTIONS: Readonly<Record<string, Action>> = {
  async status(keys, _, context) {
    const all = await keys.status()
    if (all.length === 0) context.print('only the root key seals; "parley keys rotate" makes another')
    for (const { id, state, activeAt, resealedAt, reseal } of all) {
      const { resealed, tenants, done, unreadable } = reseal
      const how = resealedAt === null ? `${done} of ${tenants} tenants done` : `ended ${resealedAt.toISOString()}`
      context.print(`${id}  ${state}  since ${activeAt.toISOString()}  sealed anew: ${resealed} values, ${how}`)
      if (unreadable > 0) context.print(`  ${unreadable} values are under no key of the ring`)
    }
  },
  async rotate(keys, _, context) {
    const made = await keys.rotate(OPERATOR)
    if (!made.ok) throw new ParleyError(`keys.${made.reason}`, made.detail)
    context.print(`${made.id} seals from ${made.activeAt.toISOString()} on; "parley keys status" shows how far it is`)
  },
  async reseal(keys, _, context) {
    const begun = await keys.resealAgain(OPERATOR)
    if (!begun.ok) throw new ParleyError(`keys.${begun.reason}`, begun.detail)
    context.print(`sealing anew under ${begun.id}; "parley keys status" shows how far it is`)
  },
  async retire(keys, input, context) {
    const id = required(input, 1, 'the id of a key')
    const gone = await keys.retire(id, OPERATOR, { now: input.values.now === true })
    if (!gone.ok) throw new ParleyError(`keys.${gone.reason}`, gone.detail)
    context.print(`${id} is gone`)
  },
}
