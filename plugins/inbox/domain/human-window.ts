import type { ChannelCapabilities } from '@parley/core'

const HOUR = 3_600_000

/**
 * Until when a person may still write, where the vendor gives people more time than programs. Counted from the
 * customer's last act; `undefined` where people have no longer than everybody.
 */
export function humanWindowEnd(
  capabilities: ChannelCapabilities | undefined,
  customerAt: Date | null | undefined,
): Date | undefined {
  const hours = capabilities?.window?.humanHours
  if (hours === undefined || customerAt === null || customerAt === undefined) return undefined
  return new Date(customerAt.getTime() + hours * HOUR)
}

/** True when what a person wrote goes out after the free window, and the channel keeps something for people. */
export function needsHuman(capabilities: ChannelCapabilities, windowExpiresAt: Date | null, now: Date): boolean {
  if (capabilities.window?.humanHours === undefined) return false
  return windowExpiresAt === null || windowExpiresAt.getTime() <= now.getTime()
}
