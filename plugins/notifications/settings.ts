import Joi from 'joi'

export interface NotificationsSettings {
  readonly pageSize: number
  readonly maxPageSize: number
  /** Notifications in one mail; the rest follow in the next. */
  readonly perMail: number
  /** Notifications that were read are kept so long. */
  readonly keepReadDays: number
  /** Unread ones, so long. */
  readonly keepUnreadDays: number
  /** That one was deleted is told to devices that were away no longer than this; others load everything anew. */
  readonly keepDeletedDays: number
  /** Deleted for good in one run, of a tenant. */
  readonly sweepBatch: number
  /** Before links in mails: `https://app.example`. Without it mails hold none. */
  readonly linkBase?: string
}

const count = (value: number) => Joi.number().integer().min(1).default(value)

export const settingsSchema: Joi.ObjectSchema<NotificationsSettings> = Joi.object({
  pageSize: count(30),
  maxPageSize: count(200),
  perMail: count(50),
  keepReadDays: count(90),
  keepUnreadDays: count(365),
  keepDeletedDays: count(30),
  sweepBatch: count(1000),
  linkBase: Joi.string().uri({ scheme: ['http', 'https'] }),
})
