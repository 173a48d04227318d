import Joi from 'joi'

export interface ContactsSettings {
  /** Contacts on a page of a list when the caller names no limit. */
  readonly pageSize: number
  readonly maxPageSize: number
}

export const settingsSchema: Joi.ObjectSchema<ContactsSettings> = Joi.object({
  pageSize: Joi.number().integer().min(1).default(50),
  maxPageSize: Joi.number().integer().min(1).default(200),
})
