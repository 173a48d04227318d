import Joi from 'joi'
import { type PlatformSettings, platformSettingsKeys } from '../meta/platform/settings.ts'

/**
 * App-level settings. A connection brings
 * - `externalId`: the professional account's id as webhooks name it (`user_id` of `/me`, not `id`, with Instagram Login)
 * - `settings`: `{ login: 'instagram' | 'facebook', pageId?, messagesPerSecond?, tokenExpiresAt? }`; default `instagram`
 * - `secrets`: `{ accessToken }`: the Instagram user's long-lived token, renewed by us, or the linked page's; `userToken?` as
 *   for Messenger
 */
export interface InstagramSettings extends PlatformSettings {
  /** Where accounts with Instagram Login are served; the others at `graphBaseUrl`. */
  readonly instagramBaseUrl: string
}

export const instagramSettingsSchema: Joi.ObjectSchema<InstagramSettings> = Joi.object({
  ...platformSettingsKeys,
  instagramBaseUrl: Joi.string()
    .uri({ scheme: ['https', 'http'] })
    .default('https://graph.instagram.com'),
})
