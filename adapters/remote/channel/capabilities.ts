import { type ChannelCapabilities, MEDIA_KINDS, OUTBOUND_KINDS } from '@parley/core'
import Joi from 'joi'

/** What a remote channel can do beyond sending. */
export const FEATURES = ['media', 'read', 'templates'] as const
export type Feature = (typeof FEATURES)[number]

/** The section `channel` of a manifest: capabilities without the title, which the manifest itself has. */
export interface ChannelManifest extends Omit<ChannelCapabilities, 'title'> {
  readonly features: readonly Feature[]
}

const kinds = () =>
  Joi.array()
    .items(Joi.valid(...OUTBOUND_KINDS))
    .unique()
const hours = () => Joi.number().min(0).max(8_760)
const bytes = () => Joi.number().integer().min(1)

export const channelManifestSchema: Joi.ObjectSchema<ChannelManifest> = Joi.object<ChannelManifest>({
  sends: kinds().min(1).required(),
  maxTextLength: Joi.number().integer().min(1).max(65_536).required(),
  maxCaptionLength: Joi.number().integer().min(0).max(65_536).default(0),
  maxMediaBytes: Joi.object(Object.fromEntries(MEDIA_KINDS.map((kind) => [kind, bytes()]))).default({}),
  window: Joi.object({
    hoursByOpener: Joi.object({ message: hours().required(), referral: hours() }).required(),
    whenClosed: kinds().required(),
    referralSources: Joi.array().items(Joi.string().max(100)).max(50),
    humanHours: hours(),
  })
    .allow(null)
    .required(),
  features: Joi.array()
    .items(Joi.valid(...FEATURES))
    .unique()
    .default([]),
})

const MIB = 1024 * 1024

/** Until a remote has described itself: what can be put so plainly that any channel has it. The remote refuses what it has not. */
export function undescribed(title: string): ChannelCapabilities {
  return {
    title,
    sends: ['text', 'image', 'video', 'audio', 'document', 'location'],
    maxTextLength: 4_096,
    maxCaptionLength: 1_024,
    maxMediaBytes: { image: 5 * MIB, video: 16 * MIB, audio: 16 * MIB, document: 16 * MIB },
    window: null,
  }
}

export function capabilitiesOf(title: string, manifest: ChannelManifest): ChannelCapabilities {
  const { features, ...capabilities } = manifest
  return { title, ...capabilities }
}
