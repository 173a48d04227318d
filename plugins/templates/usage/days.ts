import type { UnitOfWork } from '@parley/core'

export interface DayOfUse {
  /** `2026-08-02`, in UTC. */
  readonly day: string
  readonly count: number
}

/** Days on which the template was used, oldest first. */
export async function daysOfUse(uow: UnitOfWork, templateId: string, from: Date): Promise<readonly DayOfUse[]> {
  const { rows } = await uow.trx.raw<{ rows: { day: string; count: string }[] }>(
    `select day::text as day, count from templates.usage_day
     where tenant_id = ?::uuid and template_id = ?::uuid and day >= (?::timestamptz at time zone 'UTC')::date
     order by day`,
    [uow.tenantId, templateId, from],
  )
  return rows.map(({ day, count }) => ({ day, count: Number(count) }))
}
