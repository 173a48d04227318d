import Joi from 'joi'

export interface ContactsSettings {
  /** Contacts on a page of a list when the caller names no limit. */
  readonly pageSize: number
  readonly maxPageSize: number
  /** How many others a new contact is suggested with because they say the same about themselves. */
  readonly maxAlike: number
}

export const settingsSchema: Joi.ObjectSchema<ContactsSettings> = Joi.object({
  pageSize: Joi.number().integer().min(1).default(50),
  maxPageSize: Joi.number().integer().min(1).default(200),
  maxAlike: Joi.number().integer().min(1).default(5),
})
