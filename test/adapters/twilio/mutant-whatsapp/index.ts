import { type Contributions, definePlugin, type Resolved } from '@parley/core'
import Joi from 'joi'
import { type TwilioSettings, twilioSettingsSchema } from '../../../../adapters/twilio/settings.ts'
import right from '../../../../adapters/twilio/whatsapp/index.ts'
import { mutate } from '../../../core/testing/mutant-channel/index.ts'
import { TWILIO_MUTANTS, type TwilioMutantName } from '../mutants.ts'

interface MutantSettings extends TwilioSettings {
  readonly mutant: TwilioMutantName
}

/** WhatsApp by Twilio with one mistake in it, to see that the conformance suite notices. */
export default definePlugin({
  manifest: {
    ...right.manifest,
    settings: {
      app: twilioSettingsSchema.append<MutantSettings>({
        mutant: Joi.valid(...Object.keys(TWILIO_MUTANTS)).required(),
      }),
    },
  },
  deps: right.deps,
  async register(deps: Resolved<typeof right.deps>, settings: MutantSettings): Promise<Contributions> {
    return mutate(await right.register(deps, settings), TWILIO_MUTANTS[settings.mutant])
  },
})
