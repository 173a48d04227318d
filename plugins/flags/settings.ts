import Joi from 'joi'

export interface FlagsSettings {
  /** Entries on a page of a list when the caller names no limit. */
  readonly pageSize: number
  readonly maxPageSize: number
  /** Longest definition that is written into the audit log whole, in characters; of a longer one only its revision is. */
  readonly auditedCharacters: number
}

export const settingsSchema: Joi.ObjectSchema<FlagsSettings> = Joi.object({
  pageSize: Joi.number().integer().min(1).default(50),
  maxPageSize: Joi.number().integer().min(1).default(200),
  auditedCharacters: Joi.number().integer().min(0).max(30_000).default(20_000),
})
