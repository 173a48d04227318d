import { type Contributions, definePlugin, type Resolved } from '@parley/core'
import Joi from 'joi'
import resend from '../../../../adapters/resend/index.ts'
import { type ResendSettings, resendSettingsSchema } from '../../../../adapters/resend/settings.ts'
import { MAIL_MUTANTS, type MailMutantName, mutatedDeps, mutatedMail } from '../../mail/api/mutants.ts'

interface MutantSettings extends ResendSettings {
  readonly mutant: MailMutantName
}

/** Resend with one mistake in it, to see that the conformance suite notices. */
export default definePlugin({
  manifest: {
    ...resend.manifest,
    settings: {
      app: resendSettingsSchema.append<MutantSettings>({
        mutant: Joi.valid(...Object.keys(MAIL_MUTANTS)).required(),
      }),
    },
  },
  deps: resend.deps,
  async register(deps: Resolved<typeof resend.deps>, settings: MutantSettings): Promise<Contributions> {
    const mutant = MAIL_MUTANTS[settings.mutant]
    return mutatedMail(await resend.register(mutatedDeps(deps, mutant), settings), mutant)
  },
})
