import type { WebhookReceiver } from '@parley/core'
import { MUTANTS, type Mutant } from '../../core/testing/mutant-channel/mutants.ts'

type Parsed = Extract<ReturnType<WebhookReceiver['parse']>, { ok: true }>

/** Changes what was read of a good body. */
function reading(change: (parsed: Parsed) => Parsed): Mutant {
  return {
    receiver: (right) => ({
      parse: (request) => {
        const parsed = right.parse(request)
        return parsed.ok ? change(parsed) : parsed
      },
    }),
  }
}

/** Events of the two tenants' accounts go to the first one of the webhook. */
const toFirst = reading((parsed) => ({
  ...parsed,
  items: parsed.items.map((item) => ({ ...item, account: parsed.items[0]?.account ?? item.account })),
}))

const { 'drops the unknown': _unknown, 'routes all to one account': _account, ...shared } = MUTANTS

/** WhatsApp's mutants; two of them know its ids, and are made anew for the platform. */
export const PLATFORM_MUTANTS = {
  ...shared,
  'drops the unknown': reading((parsed) => ({
    ...parsed,
    items: parsed.items.filter((item) => !item.dedupeKey.startsWith('unknown:')),
  })),
  'routes all to one account': toFirst,
  'drops echoes': reading((parsed) => ({
    ...parsed,
    items: parsed.items.filter((item) => !item.dedupeKey.startsWith('echo:')),
  })),
  'drops receipts': reading((parsed) => ({
    ...parsed,
    items: parsed.items.filter((item) => !/^(status|watermark):/.test(item.dedupeKey)),
  })),
} as const satisfies Record<string, Mutant>

export type PlatformMutantName = keyof typeof PLATFORM_MUTANTS
