import Joi from 'joi'

/** Limits of templates for the whole installation. */
export interface TemplatesSettings {
  readonly pageSize: number
  readonly maxPageSize: number
  /** Characters of an email's HTML, of any other text, and of a subject. */
  readonly maxHtmlLength: number
  readonly maxTextLength: number
  readonly maxSubjectLength: number
  readonly maxVariables: number
  /** What rendering one text may cost: milliseconds, objects and characters made, and tags passed. */
  readonly renderMs: number
  readonly renderMemory: number
  readonly renderTags: number
  /** Templates that a process keeps read and parsed, and how old a read one may be. */
  readonly cached: number
  readonly cacheMs: number
  /** Days that the statistics of a template go back at most. */
  readonly maxUsageDays: number
  /** How often a connection's templates are listed, and how soon again after the vendor refused. */
  readonly syncEveryMs: number
  readonly syncRetryMs: number
  /** One listing, with all its pages; and listings under way at once. */
  readonly syncTimeoutMs: number
  readonly syncConcurrency: number
  /** Handing in, changing or removing a template at its vendor. */
  readonly writeTimeoutMs: number
}

const count = () => Joi.number().integer().min(1)

const MINUTE = 60_000

export const settingsSchema: Joi.ObjectSchema<TemplatesSettings> = Joi.object({
  pageSize: count().default(50),
  maxPageSize: count().default(200),
  maxHtmlLength: count().default(500_000),
  maxTextLength: count().default(20_000),
  maxSubjectLength: count().default(500),
  maxVariables: count().default(100),
  renderMs: count().default(250),
  renderMemory: count().default(1_000_000),
  renderTags: count().default(10_000),
  cached: count().default(1_000),
  cacheMs: count().default(1_000),
  maxUsageDays: count().default(366),
  syncEveryMs: count().default(60 * MINUTE),
  syncRetryMs: count().default(15 * MINUTE),

  syncTimeoutMs: count().default(60_000),
  syncConcurrency: count().default(4),
  writeTimeoutMs: count().default(20_000),
})
