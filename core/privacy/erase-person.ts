import type { KnownPerson } from '../plugin/personal-data.ts'
import type { Logger } from '../plugin/services.ts'
import { KERNEL_ID } from '../tenancy/gate.ts'
import { faultOf } from './fault.ts'
import { type Found, findPerson, type Seeker, scopesOf } from './find-person.ts'
import { knownHolders } from './holders.ts'
import type { PrivacyStore, RequestRow, StepOutcome } from './privacy-store.ts'
import { personOf, type Subject } from './traces.ts'

export interface EraserParts extends Seeker {
  readonly store: PrivacyStore
  readonly log: Logger
}

/**
 * One run of an erasure. What the person is known by is found and kept, sealed, before the first row goes. Then every plugin
 * that has not done its part does it, in a transaction of its own, and the kernel after all others. What a run achieved stays;
 * a plugin that failed, or does not run in this process, is named in its step and tried again by the next run.
 *
 * @returns whether all have done theirs
 */
export async function erasePerson(parts: EraserParts, row: RequestRow): Promise<boolean> {
  const { database, store } = parts
  const subject: Subject = { kind: row.subject_kind, id: row.subject_id }
  const before = store.tracesOf(row)
  const request = { pseudonym: row.pseudonym, askedAt: row.created_at }
  const found = await findPerson(parts, { home: row.tenant_id, subject, before, ...request })
  const { traces } = found
  await database.transaction(row.tenant_id, (uow) => store.change(uow, row.id, { traces: store.sealed(row, traces) }))
  const done = await stepsDone(parts, row)
  let isComplete = true
  // A member of staff leaves the tenants before the account goes.
  for (const scope of scopesOf(row.tenant_id, subject, traces).toReversed()) {
    const known: KnownPerson = { person: personOf(scope, subject), traces, ...request }
    for (const plugin of await knownHolders(database)) {
      if (done.has(`${scope}/${plugin}`)) continue
      const outcome = settled(plugin, isComplete, await attempt(parts, plugin, known, found))
      if (outcome.fault !== undefined) isComplete = false
      await database.transaction(row.tenant_id, (uow) =>
        store.step(uow, { request_id: row.id, scope, plugin, ...outcome }),
      )
    }
  }
  return isComplete
}

async function stepsDone({ database, store }: EraserParts, row: RequestRow): Promise<ReadonlySet<string>> {
  const steps = await database.transaction(row.tenant_id, (uow) => store.steps(uow, row.id))
  return new Set(steps.filter((one) => one.done_at !== null).map(({ scope, plugin }) => `${scope}/${plugin}`))
}

/** The kernel's part is done only when nobody can put anything back. */
function settled(plugin: string, isComplete: boolean, outcome: StepOutcome): StepOutcome {
  if (plugin !== KERNEL_ID || isComplete || outcome.fault !== undefined) return outcome
  return { ...outcome, fault: 'waits for the others' }
}

async function attempt(
  { database, holders, log }: EraserParts,
  plugin: string,
  known: KnownPerson,
  { faults }: Found,
): Promise<StepOutcome> {
  const data = holders.get(plugin)
  if (data === undefined) return { fault: 'the plugin does not run in the process that tried' }
  const unfound = faults.get(plugin)
  if (unfound !== undefined) return { fault: unfound }
  try {
    return { counts: await database.transaction(known.person.tenantId, (uow) => data.erase(known, uow)) }
  } catch (error) {
    const fault = faultOf(error)
    log.warn({ plugin, fault }, 'a plugin could not erase a person; it is tried again')
    return { fault }
  }
}
