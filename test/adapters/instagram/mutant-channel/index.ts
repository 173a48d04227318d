import { type Contributions, definePlugin, type Resolved } from '@parley/core'
import Joi from 'joi'
import instagram from '../../../../adapters/instagram/index.ts'
import { type InstagramSettings, instagramSettingsSchema } from '../../../../adapters/instagram/settings.ts'
import { mutate } from '../../../core/testing/mutant-channel/index.ts'
import { PLATFORM_MUTANTS, type PlatformMutantName } from '../../meta/platform-mutants.ts'

interface MutantSettings extends InstagramSettings {
  readonly mutant: PlatformMutantName
}

/** Instagram with one mistake in it, to see that the conformance suite notices. */
export default definePlugin({
  manifest: {
    ...instagram.manifest,
    settings: {
      app: instagramSettingsSchema.append<MutantSettings>({
        mutant: Joi.valid(...Object.keys(PLATFORM_MUTANTS)).required(),
      }),
    },
  },
  deps: instagram.deps,
  async register(deps: Resolved<typeof instagram.deps>, settings: MutantSettings): Promise<Contributions> {
    const right = await instagram.register(deps, settings)
    return mutate(right, PLATFORM_MUTANTS[settings.mutant])
  },
})
