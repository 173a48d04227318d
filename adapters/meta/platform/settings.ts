import Joi from 'joi'
import { baseUrl, count, type GraphSettings, graphSettingsKeys } from '../graph-settings.ts'

/** App-level settings that Messenger and Instagram share. */
export interface PlatformSettings extends GraphSettings {
  /** Of one account; `messagesPerSecond` is for words and pictures. */
  readonly filmsPerSecond: number
  /** How long a link to a file of ours opens for Meta. */
  readonly linkSeconds: number
  /** Where Meta finds our files, where the store's links are paths on our own server. */
  readonly publicUrl?: string
  /** Meta approved the app for the Human Agent feature: people may answer for seven days. */
  readonly humanAgent: boolean
  /** A token that ends within this many days is renewed, or shown as ending. */
  readonly renewTokenDays: number
}

export const platformSettingsKeys = {
  // Meta's "Rate limits" of the Send API (September 2026): 300 calls a second for text, 10 for audio and video.
  ...graphSettingsKeys({ connections: 32, maxAnswerBytes: 1024 * 1024, messagesPerSecond: 300 }),
  filmsPerSecond: count().default(10),
  linkSeconds: count().default(60 * 60),
  publicUrl: baseUrl(),
  humanAgent: Joi.boolean().default(false),
  renewTokenDays: count().default(10),
}
