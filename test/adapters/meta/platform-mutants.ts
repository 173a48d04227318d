import { MUTANTS, type Mutant, reading, without } from '../../core/testing/mutant-channel/mutants.ts'
import type { CaughtBy } from '../../core/testing/notices-mutants.ts'
import { CAUGHT_BY } from '../../core/testing/notices-mutants.ts'

/** Events of the two tenants' accounts go to the first one of the webhook. */
const toFirst = {
  receiver: reading((parsed) => ({
    ...parsed,
    items: parsed.items.map((item) => ({ ...item, account: parsed.items[0]?.account ?? item.account })),
  })),
}

const { 'drops the unknown': _unknown, 'routes all to one account': _account, ...shared } = MUTANTS

/** WhatsApp's mutants; two of them know its ids, and are made anew for the platform. */
export const PLATFORM_MUTANTS = {
  ...shared,
  'drops the unknown': without(/^unknown:/),
  'routes all to one account': toFirst,
  'drops echoes': without(/^echo:/),
  'drops receipts': without(/^(status|watermark):/),
} as const satisfies Record<string, Mutant>

export type PlatformMutantName = keyof typeof PLATFORM_MUTANTS

const { 'forgets whom it wrote to': byOurId, ...others } = CAUGHT_BY

/** Instagram hands nothing of ours back, so it cannot forget it. */
export function platformCaughtBy(handsBack: boolean): CaughtBy {
  return {
    ...others,
    ...(handsBack ? { 'forgets whom it wrote to': byOurId } : {}),
    'drops echoes': ['echo'],
    'drops receipts': ['earlyStatus'],
  }
}
