import { present } from '../json.ts'
import type { Form } from './form.ts'

/** `ReferralSourceId` → `sourceId`: the ad that the customer came by. */
export function referralOf(form: Form): Readonly<Record<string, unknown>> | undefined {
  const named = form.names
    .filter((name) => /^Referral[A-Z]/.test(name) && name !== 'ReferralNumMedia')
    .map((name) => [`${name.charAt(8).toLowerCase()}${name.slice(9)}`, form.get(name)])
  if (named.length === 0) return undefined
  // As Meta names it, and as windows are opened by.
  const source = form.get('ReferralSourceType')
  return { ...Object.fromEntries(named), ...present({ source }) }
}

/** What else is worth keeping about a message. */
export function extraOf(form: Form): Readonly<Record<string, unknown>> | undefined {
  const extra = present({
    segments: form.number('NumSegments'),
    messageType: form.get('MessageType'),
    optOutType: form.get('OptOutType'),
    messagingServiceSid: form.get('MessagingServiceSid'),
  })
  return Object.keys(extra).length === 0 ? undefined : extra
}
