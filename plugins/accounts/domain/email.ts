import Joi from 'joi'

/** Addresses as they are compared. The part before @ is case-sensitive by the letter of RFC 5321 and nowhere in practice. */
export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase()
}

/** Domains of any kind: an intranet's has no public ending. */
export const emailSchema: Joi.StringSchema = Joi.string().max(254).email({ tlds: false })
