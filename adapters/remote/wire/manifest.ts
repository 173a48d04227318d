import Joi from 'joi'
import { type ChannelManifest, channelManifestSchema } from '../channel/capabilities.ts'
import type { RemoteAnswer, RemoteClient } from './client.ts'
import type { RemoteTarget } from './prepare-call.ts'
import { protocolVersion } from './protocol.ts'

/** What a remote says about itself. A kind of remote is a section of its own: `channel`. */
export interface RemoteManifest {
  readonly protocol: string
  readonly name: string
  readonly title: string
  readonly channel: ChannelManifest
}

export const manifestSchema: Joi.ObjectSchema<RemoteManifest> = Joi.object<RemoteManifest>({
  protocol: protocolVersion.required(),
  name: Joi.string().max(100).required(),
  title: Joi.string().max(100).required(),
  channel: channelManifestSchema.required(),
})

export function readManifest(
  client: RemoteClient,
  target: RemoteTarget,
  signal: AbortSignal,
): Promise<RemoteAnswer<RemoteManifest>> {
  return client.call(target, { path: '/manifest', signal }, manifestSchema)
}
