import type { Clock, WebhookReceiver } from '@parley/core'
import type { RemoteSettings } from '../settings.ts'
import { isSigned, secretsIn } from '../wire/signature.ts'
import { EventRate } from './event-rate.ts'
import { type ReadBatch, type Refused, readBatch } from './read-batch.ts'

const MAX_ENDPOINTS = 10_000

/** `POST /hooks/<as>/<endpoint>`: batches of events, signed by Standard Webhooks. */
export function remoteReceiver(clock: Clock, settings: RemoteSettings): WebhookReceiver {
  const { eventsPerMinute: perMinute, eventsBurst: burst, toleranceSeconds } = settings
  const rate = new EventRate({ perMinute, burst, maxKeys: MAX_ENDPOINTS })
  return {
    secrets: ['signingSecret'],
    maxBytes: settings.maxWebhookBytes,
    verify: ({ headers, body, receivedAt = new Date(0) }, secrets) =>
      isSigned(headers, body, { secrets: secretsIn(secrets), now: receivedAt.getTime(), toleranceSeconds }),
    parse: (request) => readBatch(request, settings),
    admit({ endpointId, items }) {
      const waitMs = rate.take(endpointId, Math.max(1, items), clock.millis())
      return waitMs === 0 ? undefined : { retryAfterSeconds: waitMs / 1000 }
    },
    answer: (parsed, { unrouted }) => ({
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify(answerTo(parsed as ReadBatch, unrouted)),
    }),
  }
}

/** Everything that is not named is stored, or had been stored before. */
function answerTo({ items, refused, places }: ReadBatch, unrouted: readonly number[]) {
  const lost = unrouted.flatMap((item): Refused[] => {
    const place = places[item]
    if (place === undefined) return []
    const detail = 'no connection has this account here'
    return [{ ...place, field: `events.${place.index}.account`, code: 'account-unknown', detail }]
  })
  const all = [...refused, ...lost].toSorted((left, right) => left.index - right.index)
  return { accepted: items.length - unrouted.length, refused: all }
}
