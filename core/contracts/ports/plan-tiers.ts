import { definePort } from '../../plugin/port.ts'

/** Which plan a tenant is on. */
export interface PlanTiers {
  /** `free`, `pro`: stands in every user's claims. */
  tierOf(tenantId: string): Promise<string>
}

export const planTiers = definePort<PlanTiers>('plan-tiers')
