import { bufferTime, concatMap, filter } from 'rxjs'
import type { Delivery } from '../../core/plugin/event.ts'
import type { EventHandler, EventStream, StreamDelivery } from '../../core/plugin/handler.ts'
import type { Database, UnitOfWork } from '../../core/plugin/unit-of-work.ts'
import { type Step, stepped } from './model.ts'

/** The effect is a row; a flaky step fails once after having made it, a poisonous one always. */
export function chaosHandlers(keyedPauseMs: number): readonly EventHandler[] {
  return (['serial', 'keyed'] as const).map((mode) => ({
    id: mode,
    mode,
    on: [stepped],
    async handle(deliveries: readonly Delivery[], uow: UnitOfWork) {
      await uow.trx('chaos.effect').insert(deliveries.map((delivery) => effect(`chaos.${mode}`, delivery)))
      if (mode === 'keyed' && keyedPauseMs > 0) await new Promise((resolve) => setTimeout(resolve, keyedPauseMs))
      const failing = deliveries.find(fails)
      if (failing !== undefined) throw new Error(`step ${stepOf(failing).n} fails`)
    },
  }))
}

/**
 * The same as a stream: at least once, so its effect is written so that a repeat changes nothing. Works through what
 * came in order, and passes over what was taken back.
 */
export function chaosStream(database: Database): EventStream {
  const write = async (batch: readonly StreamDelivery[]) => {
    const ready: StreamDelivery[] = []
    for (const delivery of batch) {
      if (delivery.signal.aborted) continue
      if (fails(delivery)) delivery.nack(new Error(`step ${stepOf(delivery).n} fails`))
      else ready.push(delivery)
    }
    for (const [tenantId, own] of Map.groupBy(ready, ({ event }) => event.tenantid)) {
      await database.transaction(tenantId, async ({ trx }) => {
        const rows = own.map((delivery) => effect('chaos.stream', delivery))
        await trx.raw(
          `insert into chaos.effect (grp, tenant_id, key, n)
           select x.grp, x.tenant_id, x.key, x.n
             from rows from (json_to_recordset(?) as (grp text, tenant_id uuid, key text, n integer)) with ordinality
               as x(grp, tenant_id, key, n, ord) order by x.ord
           on conflict do nothing`,
          [JSON.stringify(rows)],
        )
      })
    }
    for (const delivery of ready) delivery.ack()
  }
  return {
    id: 'stream',
    on: [stepped],
    prefetch: 300,
    pipe: (source) =>
      source.pipe(
        bufferTime(10, null, 100),
        filter((batch) => batch.length > 0),
        concatMap(write),
      ),
  }
}

function stepOf(delivery: Delivery): Step {
  return delivery.event.data as Step
}

function fails(delivery: Delivery): boolean {
  const { flaky, poison } = stepOf(delivery)
  return poison || (flaky && delivery.attempt === 1)
}

function effect(grp: string, delivery: Delivery) {
  const { tenantid, partitionkey } = delivery.event
  return { grp, tenant_id: tenantid, key: partitionkey.slice(tenantid.length + 1), n: stepOf(delivery).n }
}
