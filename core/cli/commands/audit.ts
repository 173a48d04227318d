import { readFile, writeFile } from 'node:fs/promises'
import Joi from 'joi'
import type { Anchor } from '../../audit/audit-verifier.ts'
import { AuditVerifier } from '../../audit/index.ts'
import { systemClock } from '../../clock.ts'
import { ParleyError, reasonOf } from '../../plugin/errors.ts'
import { type CliContext, type Command, type CommandInput, required, stringOption, UsageError } from '../command.ts'
import { withStorage } from '../installation.ts'

export const auditCommand: Command = {
  name: 'audit',
  usage: 'verify [--tenant <id>] [--anchor <file>] | anchor <file>',
  summary: 'Finds out whether anybody has tampered with the audit log.',
  help: [
    'verify         walks every chain (or one tenant’s) from its beginning; exit code 1 when something does not fit',
    '--anchor       also compares with where the chains stood when the anchor was made',
    'anchor <file>  writes where all chains stand now; keep it where nobody can change it (object lock, another company)',
  ],
  options: { tenant: { type: 'string' }, anchor: { type: 'string' } },
  async run(input, context) {
    const action = ACTIONS[required(input, 0, 'verify or anchor')]
    if (action === undefined) throw new UsageError('expected verify or anchor')
    await withStorage(context, ({ knex }) => action(new AuditVerifier({ knex }), input, context))
  },
}

type Action = (verifier: AuditVerifier, input: CommandInput, context: CliContext) => Promise<void>

const ACTIONS: Readonly<Record<string, Action>> = {
  async verify(verifier, input, context) {
    const file = stringOption(input, 'anchor')
    const anchors = file === undefined ? [] : [await readAnchor(file)]
    const tenant = stringOption(input, 'tenant')
    let [chains, records, faults] = [0, 0, 0]
    for await (const report of tenant === undefined ? verifier.all(anchors) : [await verifier.chain(tenant, anchors)]) {
      chains += 1
      records += report.records
      faults += report.faults.length
      for (const { chain, seq, fault, message } of report.faults) context.print(`${chain} #${seq} ${fault}: ${message}`)
    }
    if (faults > 0) throw new ParleyError('audit.broken', `${faults} faults in ${records} records of ${chains} chains`)
    context.print(`${records} records of ${chains} chains are as they were written`)
  },
  async anchor(verifier, input, context) {
    const file = required(input, 1, 'a file to write')
    const anchor: Anchor = { at: systemClock.now().toISOString(), heads: await verifier.heads() }
    // Never over an older one: anchors are worth what they cannot be made to forget.
    await writeFile(file, `${JSON.stringify(anchor, null, 2)}\n`, { flag: 'wx' })
    context.print(`${anchor.heads.length} chains anchored in ${file}`)
  },
}

const anchorShape = Joi.object<Anchor>({
  at: Joi.string().isoDate().required(),
  heads: Joi.array()
    .items(
      Joi.object({
        chain: Joi.string().uuid().required(),
        seq: Joi.string()
          .pattern(/^[0-9]{1,18}$/)
          .required(),
        hash: Joi.string().hex().length(64).required(),
      }),
    )
    .required(),
})

async function readAnchor(file: string): Promise<Anchor> {
  try {
    return Joi.attempt(JSON.parse(await readFile(file, 'utf8')), anchorShape)
  } catch (cause) {
    throw new ParleyError('audit.anchor-invalid', `${file} is no anchor: ${reasonOf(cause)}`, { cause })
  }
}
