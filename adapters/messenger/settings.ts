import Joi from 'joi'
import { type PlatformSettings, platformSettingsKeys } from '../meta/platform/settings.ts'

/**
 * App-level settings. A connection brings
 * - `externalId`: the page's id
 * - `settings`: `{ messagesPerSecond?, tokenExpiresAt? }`
 * - `secrets`: `{ accessToken }`, the page's; `userToken?`, the long-lived token of a person who manages the page, to make
 *   the page's anew
 */
export type MessengerSettings = PlatformSettings

export const messengerSettingsSchema: Joi.ObjectSchema<MessengerSettings> = Joi.object(platformSettingsKeys)
