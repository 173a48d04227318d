import { type Contributions, definePlugin, type Resolved } from '@parley/core'
import Joi from 'joi'
import messenger from '../../../../adapters/messenger/index.ts'
import { type MessengerSettings, messengerSettingsSchema } from '../../../../adapters/messenger/settings.ts'
import { mutate } from '../../../core/testing/mutant-channel/index.ts'
import { PLATFORM_MUTANTS, type PlatformMutantName } from '../../meta/platform-mutants.ts'

interface MutantSettings extends MessengerSettings {
  readonly mutant: PlatformMutantName
}

/** Messenger with one mistake in it, to see that the conformance suite notices. */
export default definePlugin({
  manifest: {
    ...messenger.manifest,
    settings: {
      app: messengerSettingsSchema.append<MutantSettings>({
        mutant: Joi.valid(...Object.keys(PLATFORM_MUTANTS)).required(),
      }),
    },
  },
  deps: messenger.deps,
  async register(deps: Resolved<typeof messenger.deps>, settings: MutantSettings): Promise<Contributions> {
    const right = await messenger.register(deps, settings)
    return mutate(right, PLATFORM_MUTANTS[settings.mutant])
  },
})
