import type { ChannelStatusChanged } from '@parley/core'
import { textIn, type VendorEvent } from './event.ts'

type Status = Pick<ChannelStatusChanged, 'status' | 'errors' | 'extra'>

/**
 * What an event says about the mail. Opening and clicking are reading; an opening by a machine (Apple's Mail Privacy
 * Protection loads every picture) only proves that the mail arrived, and so does a complaint.
 */
export function statusOf(event: VendorEvent): Status | undefined {
  switch (event.event) {
    case 'processed':
      return { status: 'sent' }
    case 'deferred':
      return { status: 'sent', extra: { deferred: textIn(event, 'response'), attempt: textIn(event, 'attempt') } }
    case 'delivered':
      return { status: 'delivered' }
    case 'open':
      return event.sg_machine_open === true
        ? { status: 'delivered', extra: { openedByMachine: true } }
        : { status: 'read', extra: { opened: true } }
    case 'click':
      return { status: 'read', extra: { clicked: textIn(event, 'url') } }
    case 'spamreport':
      return { status: 'delivered', extra: { complained: true } }
    case 'bounce':
      return failed(textIn(event, 'status') || textIn(event, 'type') || 'bounce', 'The mail came back.', event)
    case 'dropped':
      return failed('dropped', 'SendGrid did not try to deliver it.', event)
    default:
      return undefined
  }
}

function failed(code: string, title: string, event: VendorEvent): Status {
  return { status: 'failed', errors: [{ code, title, detail: textIn(event, 'reason').slice(0, 1_000) }] }
}
