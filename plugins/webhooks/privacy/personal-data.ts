import { contactErased, needlesOf, type PersonalData, type PersonTraces, type UnitOfWork } from '@parley/core'
import { Delivery } from '../models/delivery.ts'

/** What was, or is about to be, told to partners' servers. That somebody was erased is told all the same. */
export const personalData: PersonalData = {
  async *export({ traces }, uow) {
    const rows = await about(uow, traces).select('event_id', 'type', 'body', 'state', 'created_at')
    yield { name: 'deliveries', items: rows }
  },

  async erase({ traces }, uow) {
    return { erased: { deliveries: await about(uow, traces).delete() } }
  },
}

function about(uow: UnitOfWork, traces: PersonTraces) {
  return Delivery.in(uow)
    .whereNot('type', contactErased.type)
    .whereRaw('exists (select from unnest(?::text[]) n where strpos(body, n) > 0)', [[...needlesOf(traces)]])
}
