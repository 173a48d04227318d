import type { ChannelReceipts } from '@parley/core'
import type { RemoteSettings } from '../settings.ts'
import type { RemoteClient } from '../wire/client.ts'
import type { RegisteredRemote } from '../wire/registered.ts'
import { doneData } from './operations.ts'
import { refusalOf, refuse } from './outcome.ts'
import { targetOf } from './target.ts'

/** `POST /channel/read`, for remotes that declare it. */
export function remoteReceipts(parts: {
  readonly client: RemoteClient
  readonly remote: RegisteredRemote
  readonly settings: RemoteSettings
}): ChannelReceipts {
  const { client, remote, settings } = parts
  return {
    async markRead({ connection, externalId, to, typing, signal }) {
      if (remote.manifest !== undefined && !remote.manifest.channel.features.includes('read'))
        return refuse('content', 'parley.not-declared', 'The remote does not show that a message was read.')
      const found = targetOf(connection, settings)
      if (!found.ok) return refuse('auth', found.code, found.detail)
      const data = { externalId, to, typing }
      const body = { operation: 'channel.read', account: connection.externalId, connection: connection.id, data }
      const answer = await client.call(found.target, { path: '/channel/read', body, signal }, doneData)
      if (answer.outcome === 'done') return { ok: true, externalId }
      return refusalOf(answer, [...found.target.secrets, to.value])
    },
  }
}
