import type { Identity } from '@parley/core'

/**
 * Who gets it: `to` takes a phone number (digits), `recipient` a BSUID, and a group is a `to` of its own type.
 * `undefined` for an identity that WhatsApp cannot write to.
 */
export function recipientFields(to: Identity): Readonly<Record<string, string>> | undefined {
  if (to.kind === 'phone') return { recipient_type: 'individual', to: to.value.replace(/^\+/, '') }
  if (to.kind === 'bsuid') return { recipient_type: 'individual', recipient: to.value }
  if (to.kind === 'group') return { recipient_type: 'group', to: to.value }
  if (to.kind === 'wa-id') return { recipient_type: 'individual', to: to.value }
  return undefined
}
