import type { ChannelCapabilities } from '@parley/core'
import type { Opener } from './sendability.ts'

export interface Window {
  readonly opener: Opener | null
  readonly expiresAt: Date | null
}

const HOUR = 3_600_000

/** The window after a customer's act: it only ever grows, so an old message that comes late closes nothing. */
export function openWindow(
  current: Window,
  capabilities: ChannelCapabilities | undefined,
  act: { readonly occurredAt: Date; readonly referral?: Readonly<Record<string, unknown>> },
): Window {
  const window = capabilities?.window
  if (window === undefined || window === null) return current
  const counts = act.referral !== undefined && (window.referralSources?.includes(String(act.referral.source)) ?? true)
  const opener: Opener = counts && window.hoursByOpener.referral !== undefined ? 'referral' : 'message'
  const hours = opener === 'referral' ? (window.hoursByOpener.referral ?? 0) : window.hoursByOpener.message
  const expiresAt = new Date(act.occurredAt.getTime() + hours * HOUR)
  return current.expiresAt !== null && current.expiresAt >= expiresAt ? current : { opener, expiresAt }
}
