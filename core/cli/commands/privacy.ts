import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { AuditActor } from '../../contracts/ports/audit.ts'
import { bootKernel, type Kernel } from '../../kernel/kernel.ts'
import { ParleyError } from '../../plugin/errors.ts'
import type { RequestWithSteps } from '../../privacy/index.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { type CliContext, type Command, type CommandInput, required, stringOption, UsageError } from '../command.ts'
import { openInstallation } from '../installation.ts'

export const privacyCommand: Command = {
  name: 'privacy',
  usage: 'export|erase --tenant <slug> --contact <id> | --user <id> [--out <file>] [--wait <seconds>]',
  summary: 'Exports all that is kept about a person, or erases it: parley privacy erase --tenant demo --contact <id>.',
  help: [
    '--contact  a customer of the tenant; --user a member of staff, of whatever tenants',
    '--out      where the export is written; default: person-<id>.zip',
    '--wait     how long to wait until every plugin has done its part (300); an erasure goes on in the servers after that',
  ],
  options: Object.fromEntries(
    ['tenant', 'contact', 'user', 'out', 'wait'].map((name) => [name, { type: 'string' as const }]),
  ),
  async run(input, context) {
    const kind = required(input, 0, 'export or erase')
    if (kind !== 'export' && kind !== 'erase') throw new UsageError('expected export or erase')
    const person = personIn(input)
    const { settings, config } = await openInstallation(context)
    const log = createLogger(context.env.LOG_LEVEL === undefined ? 'error' : settings.logLevel)
    const kernel = await bootKernel({ settings, config, root: context.cwd, log, listen: false })
    try {
      const tenantId = person.kind === 'user' ? INSTALLATION : await tenantOf(kernel, person.tenant)
      const made = await kernel.privacy.requests.create(tenantId, kind, person, OPERATOR)
      if (!made.ok) throw new ParleyError(`privacy.${made.reason}`, made.detail)
      const found = await settled(kernel, tenantId, made.request.id, secondsIn(input))
      report(found, context)
      if (kind === 'export')
        await write(kernel, found, stringOption(input, 'out') ?? `person-${person.id}.zip`, context)
    } finally {
      await kernel.stop()
    }
  },
}

/** Whoever may run commands on the machine. */
const OPERATOR: AuditActor = { kind: 'system', id: 'cli' }
const INSTALLATION = '00000000-0000-0000-0000-000000000000'
const LOOK_EVERY_MS = 100

type Named = { readonly kind: 'contact'; readonly id: string; readonly tenant: string } | { kind: 'user'; id: string }

function personIn(input: CommandInput): Named {
  const [tenant, contact, user] = ['tenant', 'contact', 'user'].map((name) => stringOption(input, name))
  if (user !== undefined && contact === undefined) return { kind: 'user', id: idOf(user) }
  if (contact === undefined || tenant === undefined || user !== undefined)
    throw new UsageError('expected --tenant and --contact, or --user')
  return { kind: 'contact', id: idOf(contact), tenant }
}

function idOf(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase()
  throw new UsageError(`expected an id (a UUID), got "${text}"`)
}

function secondsIn(input: CommandInput): number {
  const seconds = Number(stringOption(input, 'wait') ?? '300')
  if (!Number.isInteger(seconds) || seconds < 1) throw new UsageError('--wait is a number of seconds')
  return seconds
}

async function tenantOf(kernel: Kernel, slug: string): Promise<string> {
  const tenant = await kernel.tenants.findBySlug(slug)
  if (tenant === undefined) throw new ParleyError('tenant.unknown', `there is no tenant ${slug}`)
  return tenant.id
}

async function settled(kernel: Kernel, tenantId: string, id: string, seconds: number): Promise<RequestWithSteps> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const found = await kernel.privacy.requests.get(tenantId, id)
    if (found !== undefined && (found.status !== 'open' || performance.now() > end)) return found
    await pause(LOOK_EVERY_MS)
  }
}

/** Throws when somebody is not done, after naming them. */
function report({ id, status, steps }: RequestWithSteps, context: CliContext): void {
  for (const { scope, plugin, fault, counts } of steps) {
    context.print(
      `${plugin}  ${fault ?? `done ${JSON.stringify(counts ?? {})}`}${scope === INSTALLATION ? '' : `  in ${scope}`}`,
    )
  }
  if (status !== 'done') throw new ParleyError('privacy.not-done', `request ${id} is ${status}; see what is said above`)
  context.print(`request ${id} is done`)
}

async function write(kernel: Kernel, found: RequestWithSteps, file: string, context: CliContext): Promise<void> {
  const opened = await kernel.privacy.requests.content(found.tenant_id, found.id, OPERATOR)
  if (!opened.ok) throw new ParleyError(`privacy.${opened.reason}`, opened.detail)
  await pipeline(opened.content, createWriteStream(file, { mode: 0o600 }))
  context.print(`written to ${file}`)
}
