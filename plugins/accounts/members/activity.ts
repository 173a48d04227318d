import { type Actor, type Clock, newId, type UnitOfWork } from '@parley/core'

export interface Deed {
  readonly tenantId: string
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string }
  /** `member.invited`: what was done, past tense. */
  readonly action: string
  readonly subject?: { readonly id: string; readonly name: string }
  readonly details?: Readonly<Record<string, string>>
  readonly ip?: string
}

/** Writes who did what into the tenant's log, with names as they are now: history stays readable when people have left. */
export async function record(uow: UnitOfWork, clock: Clock, deed: Deed): Promise<void> {
  const { tenantId, actor, action, subject = { id: '', name: '' }, details = {}, ip = '' } = deed
  await uow.trx.raw('select accounts.record_activity(?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?)', [
    ...[tenantId, newId(), actor.kind, actor.id, actor.name, action],
    ...[subject.id, subject.name, JSON.stringify(details), ip, clock.now()],
  ])
}

export function doer(actor: Actor | undefined): Deed['actor'] {
  return { kind: actor?.kind ?? 'system', id: actor?.id ?? '', name: actor?.claims?.name ?? '' }
}
