import type { Connections, EventStream, StreamDelivery } from '@parley/core'
import { mergeMap, type Observable } from 'rxjs'
import { type IntakeParts, takeIn, takeUnknown } from '../../mail/api/intake.ts'
import { keepRaw } from '../../mail/api/raw-mail.ts'
import type { ResendSettings } from '../settings.ts'
import { type FetchParts, fetchMail } from './fetch-mail.ts'
import { InOrder } from './in-order.ts'
import { type MailArrived, mailArrived } from './mail-arrived.ts'

export interface ArrivalParts extends IntakeParts, FetchParts {
  readonly connections: Connections
  readonly settings: ResendSettings
}

type Arrived = StreamDelivery<MailArrived>

/** Fetches mails that arrived, and takes them in: a person's mails one after another, people side by side. */
export function arrivals(parts: ArrivalParts): EventStream {
  const { fetchConcurrency, fetchMaxAttempts } = parts.settings
  return {
    id: 'arrivals',
    on: [mailArrived],
    prefetch: fetchConcurrency * 4,
    retry: { max: fetchMaxAttempts },
    pipe(source) {
      const lanes = new InOrder()
      return (source as Observable<Arrived>).pipe(
        mergeMap(
          (delivery) => lanes.run(delivery.event.partitionkey, () => delivery.run(() => handle(parts, delivery))),
          fetchConcurrency,
        ),
      )
    },
  }
}

/** Never throws: what could not be done comes back. */
async function handle(parts: ArrivalParts, delivery: Arrived): Promise<void> {
  try {
    const wait = await fetchOne(parts, delivery)
    if (wait === undefined) delivery.ack()
    else delivery.nack(new Error(wait.why), wait.delayMs === undefined ? {} : { delayMs: wait.delayMs })
  } catch (error) {
    delivery.nack(error instanceof Error ? error : new Error(String(error)))
  }
}

/** What to wait for, when the mail is not taken in yet. */
async function fetchOne(
  parts: ArrivalParts,
  { event, signal, attempt }: Arrived,
): Promise<{ why: string; delayMs?: number } | undefined> {
  const { settings, store, connections } = parts
  const { connectionId, emailId } = event.data
  const connection = await connections.get(event.tenantid, connectionId)
  if (connection === undefined) return undefined
  const fetched = await fetchMail(parts, connection, emailId, signal)
  if (fetched.ok) {
    const keeper = { store, tenantId: event.tenantid, maxBytes: settings.maxInboundBytes }
    await takeIn(parts, connection, await keepRaw(keeper, fetched.raw))
    return undefined
  }
  if (fetched.failure === 'auth') return { why: fetched.detail, delayMs: settings.authRetryMs }
  if (fetched.failure === 'retryable' && attempt < settings.fetchMaxAttempts) return { why: fetched.detail }
  await takeUnknown(parts, connection, { vendorKind: `mail-${fetched.failure}`, id: emailId, raw: { emailId } })
  return undefined
}
