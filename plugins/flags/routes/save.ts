import {
  auditActor,
  type FlagDefinition,
  type FlagEntryKind,
  type FlagRefusal,
  type FlagSegment,
  type Result,
  type RouteRequest,
  type UnitOfWork,
} from '@parley/core'
import type { Parts } from '../context.ts'

type Caller = Pick<RouteRequest, 'actor' | 'remoteAddress' | 'tenantId' | 'correlationId'>

/** Stores, with its history and its audit record in the same transaction, and lets this process see it at once. */
export async function saveFlag(
  parts: Parts,
  caller: Caller,
  key: string,
  change: { readonly to: FlagDefinition | null; readonly revision?: number },
): Promise<Result<Kept, FlagRefusal>> {
  return save(parts, caller, 'flag', key, (uow) =>
    parts.admin.saveFlag(uow, key, { ...change, actor: auditActor(caller) }),
  )
}

export async function saveSegment(
  parts: Parts,
  caller: Caller,
  key: string,
  change: { readonly to: FlagSegment | null; readonly revision?: number },
): Promise<Result<Kept, FlagRefusal>> {
  return save(parts, caller, 'segment', key, (uow) =>
    parts.admin.saveSegment(uow, key, { ...change, actor: auditActor(caller) }),
  )
}

/** What the entry's view says besides its definition. */
export interface Kept {
  readonly standing: { readonly revision: number; readonly updatedAt: string }
}

interface Saved {
  readonly before: unknown
  readonly after: unknown
  readonly revision: number
}

async function save(
  { database, audit, admin, clock, settings }: Parts,
  caller: Caller,
  kind: FlagEntryKind,
  key: string,
  work: (uow: UnitOfWork) => Promise<Result<Saved, FlagRefusal>>,
): Promise<Result<Kept, FlagRefusal>> {
  const { tenantId, correlationId } = caller
  const result = await database.transaction(
    tenantId,
    async (uow) => {
      const saved = await work(uow)
      if (!saved.ok) return saved
      const { before, after, revision } = saved
      const shown = (value: unknown) => audited(value, revision, settings.auditedCharacters)
      await audit.record(uow, {
        action: `${kind === 'flag' ? 'flag' : 'flag-segment'}.${actionOf(saved)}`,
        target: { kind: kind === 'flag' ? 'flag' : 'flag-segment', id: key },
        actor: auditActor(caller),
        before: shown(before),
        after: shown(after),
        chain: 'platform',
      })
      return saved
    },
    { correlationId },
  )
  if (!result.ok) return result
  await admin.refresh()
  return { ok: true, standing: { revision: result.revision, updatedAt: clock.now().toISOString() } }
}

function actionOf({ before, after }: Saved): string {
  if (after === null) return 'removed'
  return before === null ? 'created' : 'changed'
}

/** A list of thousands of tenants stands in the flag's own history only. */
function audited(value: unknown, revision: number, most: number): unknown {
  return JSON.stringify(value).length <= most ? value : { revision }
}
