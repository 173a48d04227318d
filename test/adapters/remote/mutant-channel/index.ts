import { type Contributions, definePlugin, type Resolved } from '@parley/core'
import Joi from 'joi'
import remote from '../../../../adapters/remote/index.ts'
import { type RemoteSettings, remoteSettingsSchema } from '../../../../adapters/remote/settings.ts'
import { mutate } from '../../../core/testing/mutant-channel/index.ts'
import { REMOTE_MUTANTS, type RemoteMutantName } from '../remote-mutants.ts'

interface MutantSettings extends RemoteSettings {
  readonly mutant: RemoteMutantName
}

/** The remote channel with one mistake in it, to see that the conformance suite notices. */
export default definePlugin({
  manifest: {
    ...remote.manifest,
    settings: {
      app: remoteSettingsSchema.append<MutantSettings>({
        mutant: Joi.valid(...Object.keys(REMOTE_MUTANTS)).required(),
      }),
    },
  },
  deps: remote.deps,
  async register(deps: Resolved<typeof remote.deps>, settings: MutantSettings): Promise<Contributions> {
    const right = await remote.register(deps, settings)
    return mutate(right, REMOTE_MUTANTS[settings.mutant])
  },
})
