import Joi from 'joi'

/** How one connection's widget looks and where it may be embedded: `connection.settings`. */
export interface WidgetSettings {
  readonly title: string
  readonly subtitle: string
  /** Shown before the first message; not stored as one. Empty shows nothing. */
  readonly greeting: string
  /** `#rrggbb` */
  readonly accent: string
  /** Exact origins whose pages may embed the chat: `https://shop.example`. */
  readonly allowedOrigins: readonly string[]
}

/** Scheme, host and port, and nothing that means more than itself in a Content-Security-Policy. */
const ORIGIN = /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?$/

const origin: Joi.CustomValidator<string> = (value, helpers) =>
  isOrigin(value)
    ? value
    : helpers.message({ custom: '{{#label}} must be an exact origin such as https://shop.example' })

export const widgetSettingsSchema: Joi.ObjectSchema<WidgetSettings> = Joi.object({
  title: Joi.string().max(80).default('Chat with us'),
  subtitle: Joi.string().allow('').max(160).default('We usually answer within minutes'),
  greeting: Joi.string().allow('').max(1000).default('Hi there! How can we help?'),
  accent: Joi.string()
    .pattern(/^#[0-9a-f]{6}$/i)
    .default('#4f46e5'),
  allowedOrigins: Joi.array().items(Joi.string().custom(origin)).max(100).default([]),
})

/**
 * The connection's settings with defaults filled in. A value that does not fit falls back to its default, so that a
 * mistake in the colour never takes the chat off the tenant's site; an origin that does not fit is left out.
 */
export function widgetSettings(stored: Readonly<Record<string, unknown>>): WidgetSettings {
  const { allowedOrigins, ...rest } = stored
  const origins = Array.isArray(allowedOrigins) ? allowedOrigins.filter(isOrigin) : []
  const known = Object.keys(widgetSettingsSchema.describe().keys as object)
  const kept = Object.entries(rest).filter(
    ([key, value]) => known.includes(key) && widgetSettingsSchema.extract(key).validate(value).error === undefined,
  )
  return Joi.attempt({ ...Object.fromEntries(kept), allowedOrigins: origins }, widgetSettingsSchema)
}

function isOrigin(value: unknown): value is string {
  return typeof value === 'string' && ORIGIN.test(value) && URL.canParse(value) && new URL(value).origin === value
}

/** Black or white, whichever reads better on the accent (WCAG relative luminance). */
export function inkOn(accent: string): '#ffffff' | '#000000' {
  const channel = (at: number) => {
    const value = Number.parseInt(accent.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000'
}
