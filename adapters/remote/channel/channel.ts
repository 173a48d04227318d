import type { Channel, SendRequest, SendResult } from '@parley/core'
import type { RemoteSettings } from '../settings.ts'
import type { RemoteClient } from '../wire/client.ts'
import type { RegisteredRemote } from '../wire/registered.ts'
import { capabilitiesOf, undescribed } from './capabilities.ts'
import type { FileLinks } from './files.ts'
import { type SendData, sentData, testedData } from './operations.ts'
import { refusalOf, refuse } from './outcome.ts'
import { targetOf } from './target.ts'

export interface ChannelParts {
  readonly client: RemoteClient
  readonly remote: RegisteredRemote
  readonly files: FileLinks
  readonly settings: RemoteSettings
}

/** The channel, as whoever sends through it sees it; everything it does is a signed call to the remote. */
export function remoteChannel(parts: ChannelParts): Channel {
  const { remote, settings } = parts
  return {
    get capabilities() {
      const { manifest } = remote
      return manifest === undefined ? undescribed(settings.as) : capabilitiesOf(manifest.title, manifest.channel)
    },
    send: (request) => send(parts, request),
    test: (connection, signal, about) => test(parts, connection, signal, about?.shared ?? false),
  }
}

async function send({ client, files, settings }: ChannelParts, request: SendRequest): Promise<SendResult> {
  const { connection, to, correlationId, replyTo, humanAgent, signal } = request
  const found = targetOf(connection, settings)
  if (!found.ok) return refuse('auth', found.code, found.detail)
  const content = await files.linked(connection, request.content)
  if (!content.ok) return content
  const data: SendData = {
    ...{ to, content: content.value, correlationId },
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(humanAgent === undefined ? {} : { humanAgent }),
  }
  const body = {
    operation: 'channel.send',
    account: connection.externalId,
    connection: connection.id,
    data: { ...data },
  }
  const answer = await client.call(found.target, { path: '/channel/send', body, signal }, sentData)
  if (answer.outcome !== 'done') return refusalOf(answer, [...found.target.secrets, to.value])
  const { externalId, held } = answer.data
  return { ok: true, externalId, ...(held === undefined ? {} : { held }) }
}

/** The remote says which account the secret opens; anything but this very one is not confirmed. */
async function test(
  { client, settings }: ChannelParts,
  connection: SendRequest['connection'],
  signal: AbortSignal,
  shared: boolean,
): Promise<Awaited<ReturnType<Channel['test']>>> {
  const found = targetOf(connection, settings)
  if (!found.ok) return { ok: false, detail: `${found.code}: ${found.detail}` }
  if (found.own && shared)
    return { ok: false, detail: 'parley.own-remote: a remote of your own calls an endpoint of your own' }
  const body = { operation: 'channel.test', account: connection.externalId, connection: connection.id, data: {} }
  const answer = await client.call(found.target, { path: '/channel/test', body, signal }, testedData)
  if (answer.outcome !== 'done') {
    const { code, detail } = refusalOf(answer, found.target.secrets)
    return { ok: false, detail: `${code}: ${detail}` }
  }
  if (answer.data.account !== connection.externalId)
    return { ok: false, detail: 'parley.other-account: the secret belongs to another account' }
  return { ok: true, title: answer.data.title }
}
