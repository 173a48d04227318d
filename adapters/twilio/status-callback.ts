import type { SendRequest } from '@parley/core'
import type { TwilioChannel } from './product.ts'

/**
 * What we have Twilio hand back with every status of a message, in the query of its StatusCallback. Twilio signs the whole
 * address, so nobody else can have written it.
 */
export interface HandedBack {
  /** Our message id: settles a send whose answer was lost. */
  readonly correlationId: string | undefined
  /** Which connection it is of, whatever number of a Messaging Service's pool was taken. */
  readonly account: string | undefined
  /** Parts that the text was counted to have. */
  readonly segments: number | undefined
}

const NAMES = { correlationId: 'ref', account: 'account', segments: 'segments' } as const

/** `undefined` when Twilio cannot reach us, or the connection has no endpoint: then nothing tells what became of a send. */
export function statusCallback(
  channel: TwilioChannel,
  { connection, correlationId }: Pick<SendRequest, 'connection' | 'correlationId'>,
  options: { readonly publicUrl: string | undefined; readonly segments: number | undefined },
): string | undefined {
  const { endpointId, externalId } = connection
  const { publicUrl, segments } = options
  if (publicUrl === undefined || endpointId === undefined || endpointId === null) return undefined
  const url = new URL(`/hooks/${channel}/${endpointId}`, publicUrl)
  url.searchParams.set(NAMES.correlationId, correlationId)
  url.searchParams.set(NAMES.account, externalId)
  if (segments !== undefined) url.searchParams.set(NAMES.segments, String(segments))
  return url.href
}

export function handedBack(query: Readonly<Record<string, string>>): HandedBack {
  const segments = Number(query[NAMES.segments])
  return {
    correlationId: query[NAMES.correlationId] || undefined,
    account: query[NAMES.account] || undefined,
    segments: Number.isSafeInteger(segments) && segments > 0 ? segments : undefined,
  }
}
