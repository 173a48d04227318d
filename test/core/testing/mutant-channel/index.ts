import {
  type Channel,
  type ChannelMedia,
  type Contributions,
  channel,
  channelMedia,
  definePlugin,
  type Resolved,
} from '@parley/core'
import Joi from 'joi'
import whatsapp from '../../../../adapters/whatsapp/index.ts'
import { type WhatsAppSettings, whatsappSettingsSchema } from '../../../../adapters/whatsapp/settings.ts'
import { MUTANTS, type Mutant, without } from './mutants.ts'

const WHATSAPP_MUTANTS = { ...MUTANTS, 'drops statuses': without(/^status:/) } as const satisfies Record<string, Mutant>

interface MutantSettings extends WhatsAppSettings {
  readonly mutant: keyof typeof WHATSAPP_MUTANTS
}

/** WhatsApp with one mistake in it, to see that the conformance suite notices. */
export default definePlugin({
  manifest: {
    ...whatsapp.manifest,
    settings: {
      app: whatsappSettingsSchema.append<MutantSettings>({
        mutant: Joi.valid(...Object.keys(WHATSAPP_MUTANTS)).required(),
      }),
    },
  },
  deps: whatsapp.deps,
  async register(deps: Resolved<typeof whatsapp.deps>, settings: MutantSettings): Promise<Contributions> {
    const right = await whatsapp.register(deps, settings)
    return mutate(right, WHATSAPP_MUTANTS[settings.mutant])
  },
})

/** The right contributions of a channel with one mistake in them. */
export function mutate(right: Contributions, mutant: Mutant): Contributions {
  const { webhook, providers = [] } = right
  const { send, fetch } = mutant
  return {
    ...right,
    ...(webhook === undefined ? {} : { webhook: { ...webhook, ...mutant.receiver?.(webhook) } }),
    providers: providers.map((provider) => {
      if (provider.port.id === channel.id && send !== undefined) {
        const value = provider.value as Channel
        return { ...provider, value: { ...value, send: (request) => send(value, request) } satisfies Channel }
      }
      if (provider.port.id !== channelMedia.id || fetch === undefined) return provider
      return { ...provider, value: { fetch: fetch(provider.value as ChannelMedia) } satisfies ChannelMedia }
    }),
  }
}
