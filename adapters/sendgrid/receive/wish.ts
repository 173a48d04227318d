import type { ChannelPreferenceChanged } from '@parley/core'
import { textIn, type VendorEvent } from './event.ts'

type Wish = Pick<ChannelPreferenceChanged, 'purpose' | 'wish'>

const STOP_ALL: Wish = { purpose: 'all', wish: 'stop' }

/** Reasons of a drop that mean that SendGrid's own suppression list names the address ("Dropped event", Twilio SendGrid). */
const SUPPRESSED = /^(bounced|unsubscribed|spam reporting) address/i

/**
 * What an event says about writing to the person from now on: SendGrid itself writes no more to who complained, unsubscribed
 * from everything or came back for good, and our gate says so before anything is sent. A group is for mail to many.
 */
export function wishOf(event: VendorEvent): Wish | undefined {
  switch (event.event) {
    case 'spamreport':
    case 'unsubscribe':
      return STOP_ALL
    case 'bounce':
      return isHard(event) ? STOP_ALL : undefined
    case 'dropped':
      return SUPPRESSED.test(textIn(event, 'reason')) ? STOP_ALL : undefined
    case 'group_unsubscribe':
      return { purpose: 'marketing', wish: 'stop' }
    case 'group_resubscribe':
      return { purpose: 'marketing', wish: 'resume' }
    default:
      return undefined
  }
}

/** `type: "blocked"` is the receiving server's refusal of this mail, not of the address; its list does not keep it. */
function isHard(event: VendorEvent): boolean {
  return textIn(event, 'type') !== 'blocked' && !textIn(event, 'status').startsWith('4')
}
