import type { Audit } from '../contracts/ports/audit.ts'
import type { EventEngine } from '../events/index.ts'
import { ParleyError } from '../plugin/errors.ts'
import { type KnownPerson, needlesOf, type PersonalData } from '../plugin/personal-data.ts'
import type { Clock } from '../plugin/services.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import { forgetAnswers } from './forget-answers.ts'
import { blankWebhooks, eventsOf, forgetKeys, groupsBehind } from './forget-events.ts'
import { subjectOf } from './traces.ts'

export interface KernelDataParts {
  readonly engine: Pick<EventEngine, 'erase'>
  readonly audit: Audit
  readonly clock: Clock
  readonly webhookBatch: number
  readonly patienceMs: number
}

/** Erasures are recorded by reference only. */
const BY = { kind: 'system', id: 'privacy' } as const

/**
 * What the kernel itself keeps of people: events, dead letters and lanes by their keys, raw webhook calls, answers to writes,
 * details of the audit log, settings of a person. Job inputs hold ids only; keys of deduplication are hashes; a broker's topics
 * run out by themselves within days.
 */
export function kernelData(parts: KernelDataParts): PersonalData {
  return {
    export: async function* exported(known, uow) {
      const events = await eventsOf(uow, known.traces.eventKeys)
      yield { name: 'events', items: events.map(({ id, type, ts, data }) => ({ id, type, time: ts, data })) }
      const settings = await settingsOf(uow, known).select('plugin', 'settings')
      if (settings.length > 0) yield { name: 'settings', items: settings }
    },
    async erase(known, uow) {
      await waitForHandlers(parts, known, uow)
      const { traces, person } = known
      const needles = needlesOf({ ids: [], identifiers: traces.identifiers })
      // Before anything is locked here: the log is blanked by a connection of its own.
      const events = await eventsOf(uow, traces.eventKeys)
      const blanked = await parts.engine.erase(uow.tenantId, ...traces.eventKeys)
      const calls = events.flatMap(({ correlationid }) => correlationid ?? [])
      const webhooks = await blankWebhooks(uow, { ids: calls, needles, batch: parts.webhookBatch })
      const answers = await forgetAnswers(uow, needlesOf(traces), subjectOf(person))
      const settings = await settingsOf(uow, known).delete()
      const keys = await forgetKeys(
        uow,
        traces.eventKeys.filter((key) => needles.some((one) => key.includes(one))),
      )
      let details = 0
      for (const id of traces.ids) details += await parts.audit.erase(uow, id, BY)
      return { erased: { webhooks, answers, settings, details }, anonymised: { events: blanked, keys } }
    },
  }
}

/**
 * A handler that is behind would still write what it reads into its own tables. After a while it is not waited for any more:
 * a lane that an operator left blocked must not keep a person's data for ever.
 */
async function waitForHandlers(parts: KernelDataParts, known: KnownPerson, uow: UnitOfWork): Promise<void> {
  if (parts.clock.millis() - known.askedAt.getTime() >= parts.patienceMs) return
  const groups = await groupsBehind(uow, known.traces.eventKeys)
  if (groups.length === 0) return
  throw new ParleyError('privacy.handlers-behind', `events of the person wait to be handled by ${groups.join(', ')}`)
}

/** Of a member of staff. */
function settingsOf({ trx, tenantId }: UnitOfWork, { person }: KnownPerson) {
  const { kind, id } = subjectOf(person)
  return trx('parley.plugin_setting').where({ tenant_id: tenantId, owner: kind === 'user' ? id : 'nobody' })
}
