import { problem, type Reply } from '../../plugin/route.ts'
import { maskSecrets, type StoredConnection } from '../connection-row.ts'
import type { ConnectionRouteParts } from './index.ts'

export type Confirmed = { readonly ok: true; readonly title: string } | { readonly ok: false; readonly detail: string }

/** Asks the vendor about a connection, stored or not; `undefined` when no channel of its provider runs. */
export async function askVendor(
  { channel, testTimeoutMs }: Pick<ConnectionRouteParts, 'channel' | 'testTimeoutMs'>,
  connection: StoredConnection,
): Promise<Confirmed | undefined> {
  const answer = await channel(connection.provider)?.test(connection, AbortSignal.timeout(testTimeoutMs))
  if (answer === undefined || answer.ok) return answer
  return { ok: false, detail: maskSecrets(answer.detail, connection.secrets) }
}

export function notConfirmed(detail: string): Reply {
  return problem(422, 'connections.not-confirmed', `The vendor did not confirm this account: ${detail}`)
}

export function notRunning(provider: string): Reply {
  return problem(409, 'connections.provider-not-running', `No channel "${provider}" is running.`)
}
