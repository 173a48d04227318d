import type { ConsentTenantSettings, Purpose } from '../settings.ts'

/** Stopping `all` stops every message, also answers; the others stop what is sent for that purpose. */
const ALWAYS: readonly Purpose[] = [
  { key: 'all', title: 'all messages', agreedOnly: false },
  { key: 'marketing', title: 'marketing messages', agreedOnly: false },
]

/** Every purpose of a tenant; one that the tenant describes itself counts as described. */
export function purposesOf({ purposes }: ConsentTenantSettings): readonly Purpose[] {
  const own = new Map(purposes.map((purpose) => [purpose.key, purpose]))
  return [...ALWAYS.map((purpose) => own.get(purpose.key) ?? purpose), ...purposes].filter(
    ({ key }, index, all) => all.findIndex((one) => one.key === key) === index,
  )
}
