import type { ChannelStatusChanged } from '@parley/core'
import { textAt, type VendorEvent } from './event.ts'

type Status = Pick<ChannelStatusChanged, 'status' | 'errors' | 'extra'>

/** What an event says about the mail ("Event Types", Resend 2026). Opening and clicking are reading. */
export function statusOf(event: VendorEvent): Status | undefined {
  switch (event.type) {
    case 'email.sent':
      return { status: 'sent' }
    case 'email.delivery_delayed':
      return { status: 'sent', extra: { delayed: true } }
    case 'email.delivered':
      return { status: 'delivered' }
    case 'email.opened':
      return { status: 'read', extra: { opened: true } }
    case 'email.clicked':
      return { status: 'read', extra: { clicked: textAt(event, 'click', 'link') } }
    case 'email.complained':
      return { status: 'delivered', extra: { complained: true } }
    case 'email.bounced':
      return failed(
        textAt(event, 'bounce', 'type') || 'bounce',
        'The mail came back.',
        textAt(event, 'bounce', 'message'),
      )
    case 'email.failed':
      return failed('failed', 'Resend could not send it.', textAt(event, 'failed', 'reason'))
    case 'email.suppressed':
      return failed('suppressed', 'Resend writes no more to this address.', textAt(event, 'suppressed', 'message'))
    default:
      return undefined
  }
}

/** Resend itself writes no more to who complained, or came back for good; our gate says so before anything is sent. */
export function isStop(event: VendorEvent): boolean {
  if (event.type === 'email.bounced') return textAt(event, 'bounce', 'type').toLowerCase() === 'permanent'
  return event.type === 'email.complained' || event.type === 'email.suppressed'
}

function failed(code: string, title: string, detail: string): Status {
  return { status: 'failed', errors: [{ code, title, detail: detail.slice(0, 1_000) }] }
}
