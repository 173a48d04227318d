import { createHmac } from 'node:crypto'

/** Who a wish is kept for: a contact, or an address, whoever has it. */
export const subjectOfContact = (contactId: string): string => `contact:${contactId}`

/** An address as a hash under the tenant's salt: it can be recognised, and not be read. */
export function subjectOfAddress(salt: Buffer, value: string): string {
  return `address:${createHmac('sha256', salt).update(normalised(value)).digest('base64url')}`
}

/** Vendors write a number with and without plus, people an address in any case. */
function normalised(value: string): string {
  return value.trim().toLowerCase().replace(/^\+/, '')
}
