import type { ParsedWebhook, WebhookRequest } from '@parley/core'
import { addressOf } from '../address.ts'
import { Form, isJson } from './form.ts'
import { readMessage } from './message.ts'
import { unknownParameters } from './parameters.ts'
import { accountOf, type Place, type Reading, unknown } from './reading.ts'
import { readStatus } from './status.ts'

/**
 * One call is one message, or one status. A call of any other kind (an event stream, a product to come) is kept whole as
 * `channel.unknown.received.v1`; only what does not name its account is refused.
 */
export function parseWebhook(request: WebhookRequest): ParsedWebhook {
  const form = isJson(request) ? jsonForm(request.body) : new Form(request.body)
  const accountSid = form?.get('AccountSid')
  if (form === undefined) return { ok: false, field: 'body', detail: 'expected a form, or a flat JSON object' }
  if (accountSid === undefined) return { ok: false, field: 'AccountSid', detail: 'expected the SID of an account' }
  const isStatus = form.has('MessageStatus')
  // A status is told from the customer's side: it was sent from us.
  const ours = form.get(isStatus ? 'From' : 'To') ?? accountSid
  const occurredAt = (request.receivedAt ?? new Date(0)).toISOString()
  const account = accountOf(form, request.query, ours)
  const place: Place = { form, query: request.query, accountSid, account, occurredAt }
  const readings = read(place, isStatus)
  const unknownFields = unknownParameters(form)
  return {
    ok: true,
    items: readings.map(({ item }) => item),
    unknown: readings.filter((reading) => reading.unknown).length,
    ...(unknownFields === undefined ? {} : { unknownFields }),
  }
}

function read(place: Place, isStatus: boolean): readonly Reading[] {
  const { form } = place
  const theirs = addressOf(form.get(isStatus ? 'To' : 'From') ?? '')
  const sid = form.get('MessageSid') ?? form.get('SmsSid')
  const ours = addressOf(form.get(isStatus ? 'From' : 'To') ?? '')
  const channel = theirs?.channel ?? ours?.channel ?? 'twilio'
  if (sid === undefined) return [unknown(place, 'call', channel)]
  // Of a message to a Messaging Service a status may come before a number was taken: then only `To` is known.
  if (theirs === undefined) return [unknown(place, isStatus ? 'status:address' : 'message:address', channel)]
  return isStatus ? readStatus(place, sid, theirs) : readMessage(place, sid, theirs)
}

/** Some products call with JSON; its plain values are read as parameters are. */
function jsonForm(body: Buffer): Form | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const pairs = Object.entries(value).map(([name, one]): [string, string] => [
      name,
      typeof one === 'string' ? one : JSON.stringify(one),
    ])
    return new Form(Buffer.from(new URLSearchParams(pairs).toString()))
  } catch {
    return undefined // Refused by the caller; the parser's own message would quote the body.
  }
}
