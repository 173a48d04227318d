import { type Contributions, definePlugin, type Resolved } from '@parley/core'
import Joi from 'joi'
import sendgrid from '../../../../adapters/sendgrid/index.ts'
import { type SendGridSettings, sendgridSettingsSchema } from '../../../../adapters/sendgrid/settings.ts'
import { MAIL_MUTANTS, type MailMutantName, mutatedDeps, mutatedMail } from '../../mail/api/mutants.ts'

interface MutantSettings extends SendGridSettings {
  readonly mutant: MailMutantName
}

/** SendGrid with one mistake in it, to see that the conformance suite notices. */
export default definePlugin({
  manifest: {
    ...sendgrid.manifest,
    settings: {
      app: sendgridSettingsSchema.append<MutantSettings>({
        mutant: Joi.valid(...Object.keys(MAIL_MUTANTS)).required(),
      }),
    },
  },
  deps: sendgrid.deps,
  async register(deps: Resolved<typeof sendgrid.deps>, settings: MutantSettings): Promise<Contributions> {
    const mutant = MAIL_MUTANTS[settings.mutant]
    return mutatedMail(await sendgrid.register(mutatedDeps(deps, mutant), settings), mutant)
  },
})
