import { type Contributions, definePlugin, type IngressItem, type Resolved } from '@parley/core'
import Joi from 'joi'
import email from '../../../../adapters/email/index.ts'
import { type EmailSettings, emailSettings } from '../../../../adapters/email/settings.ts'
import { mutate } from '../../../core/testing/mutant-channel/index.ts'
import { EMAIL_MUTANTS, type EmailMutant, type EmailMutantName } from './mutants.ts'

interface MutantSettings extends EmailSettings {
  readonly mutant: EmailMutantName
}

/** Email with one mistake in it, to see that the conformance suite notices. */
export default definePlugin({
  manifest: {
    ...email.manifest,
    settings: {
      app: emailSettings.append<MutantSettings>({ mutant: Joi.valid(...Object.keys(EMAIL_MUTANTS)).required() }),
    },
  },
  deps: email.deps,
  async register(deps: Resolved<typeof email.deps>, settings: MutantSettings): Promise<Contributions> {
    const mutant: EmailMutant = EMAIL_MUTANTS[settings.mutant]
    const memory = new Map<string, IngressItem>()
    const ingest = (items: readonly IngressItem[]) => deps.ingress.ingest(mutant.store?.(items, memory) ?? items)
    return mutate(await email.register({ ...deps, ingress: { ingest } }, settings), mutant)
  },
})
