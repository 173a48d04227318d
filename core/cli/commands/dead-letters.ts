import { systemClock } from '../../clock.ts'
import { type DeadLetters, EventEngine, EventRegistry, eventSettings } from '../../events/index.ts'
import { letterId, parseLetterId } from '../../kernel/routes/letter-id.ts'
import { ParleyError } from '../../plugin/errors.ts'
import type { Position } from '../../plugin/event.ts'
import { type CliContext, type Command, type CommandInput, required, stringOption, UsageError } from '../command.ts'
import { withStorage } from '../installation.ts'

export const deadLettersCommand: Command = {
  name: 'dead-letters',
  usage: 'list|show|replay|discard [<id> …] [--group <g>] [--tenant <id>] [--limit <n>]',
  summary: 'Events that a handler has given up: see them, handle them again, or give them up for good.',
  help: [
    'list               newest first; --group, --tenant, --limit (50) narrow it down',
    'show <id>          one, with its event (personal data included)',
    'replay <id> …      handled again by the running server, in order',
    'discard <id> …     given up; a key that one of them blocked flows on',
  ],
  options: { group: { type: 'string' }, tenant: { type: 'string' }, limit: { type: 'string' } },
  async run(input, context) {
    const action = ACTIONS[required(input, 0, 'list, show, replay or discard')]
    if (action === undefined) throw new UsageError('expected list, show, replay or discard')
    await withStorage(context, async ({ knex }, settings, log) => {
      const engine = new EventEngine({
        ...{ knex, log, clock: systemClock, registry: new EventRegistry() },
        settings: eventSettings(settings.events),
      })
      await action(engine.dead, input, context)
    })
  },
}

type Action = (dead: DeadLetters, input: CommandInput, context: CliContext) => Promise<void>

const ACTIONS: Readonly<Record<string, Action>> = {
  async list(dead, input, context) {
    const [group, tenantId, limit] = ['group', 'tenant', 'limit'].map((name) => stringOption(input, name))
    const { letters } = await dead.list({
      limit: limit === undefined ? 50 : wholeNumber(limit),
      ...(group === undefined ? {} : { group }),
      ...(tenantId === undefined ? {} : { tenantId }),
    })
    if (letters.length === 0) context.print('no dead letters')
    for (const letter of letters) {
      const reason = letter.error[0]?.message ?? ''
      const id = letterId(letter.group, letter.position)
      context.print(
        `${letter.diedAt.toISOString()}  ${letter.group}  ${letter.type}  ${letter.tenantId ?? '-'}  ${reason}`,
      )
      context.print(`  ${id}`)
    }
  },
  async show(dead, input, context) {
    const { group, position } = named(required(input, 1, 'an id'))
    const found = await dead.inspect(group, position)
    if (found === undefined) throw new ParleyError('dead-letter.not-found', 'there is no such dead letter')
    context.print(JSON.stringify(found, (_, value) => (typeof value === 'bigint' ? value.toString() : value), 2))
  },
  async replay(dead, input, context) {
    const count = await forEachGroup(input, (group, positions) => dead.replay(group, positions))
    context.print(`${count} will be handled again`)
  },
  async discard(dead, input, context) {
    const count = await forEachGroup(input, (group, positions) => dead.discard(group, positions))
    context.print(`${count} given up`)
  },
}

async function forEachGroup(
  input: CommandInput,
  change: (group: string, positions: readonly Position[]) => Promise<number>,
): Promise<number> {
  required(input, 1, 'an id, as "parley dead-letters list" shows it')
  const letters = Map.groupBy(input.positionals.slice(1).map(named), (letter) => letter.group)
  let count = 0
  for (const [group, list] of letters) {
    count += await change(
      group,
      list.map((letter) => letter.position),
    )
  }
  if (count === 0) throw new ParleyError('dead-letter.not-found', 'there is no such dead letter')
  return count
}

function named(id: string) {
  const letter = parseLetterId(id)
  if (letter === undefined) throw new UsageError(`"${id}" is no dead letter's id`)
  return letter
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,4}$/.test(text)) throw new UsageError(`expected a number from 1 to 99999, got "${text}"`)
  return Number(text)
}
