import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import type { Subject } from './traces.ts'

/** Deletes kept answers to writes that are about the person, or were given to them. @returns how many */
export async function forgetAnswers(
  { trx, tenantId }: UnitOfWork,
  needles: readonly string[],
  { kind, id }: Subject,
): Promise<number> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `delete from parley.idempotency_key k
      where k.tenant_id = ?::uuid and (k.actor = ? or exists (
        select from unnest(?::text[]) n where strpos(k.body, n) > 0 or strpos(k.headers::text, n) > 0))`,
    [tenantId, `${kind}:${id}`, [...needles]],
  )
  return rowCount
}
