import { type ChannelTemplate, type Connection, newId, type UnitOfWork } from '@parley/core'
import { changeEvent } from '../models/changes.ts'
import { Template } from '../models/template.ts'
import { type CopyChange, type CopyPatch, changeOf, planSync } from './plan.ts'

const SYSTEM = 'system'
const PER_INSERT = 200

/** Makes the copies of one connection equal to the vendor's list, and tells what changed. */
export async function applyListing(
  uow: UnitOfWork,
  connection: Pick<Connection, 'id' | 'provider'>,
  listed: readonly ChannelTemplate[],
  now: Date,
): Promise<void> {
  const { added, changed } = planSync(await copiesOf(uow, connection.id), listed, now)
  const rows = added.map((template) => newCopy(connection, template, now))
  for (let from = 0; from < rows.length; from += PER_INSERT)
    await Template.in(uow).insert(rows.slice(from, from + PER_INSERT))
  for (const row of rows) uow.publish(changeEvent(row, 'created'))
  for (const change of changed) await applyChange(uow, connection, change, { now })
}

/** What a webhook said about one template, before the list confirms it. One that is not known here is left to the list. */
export async function applyNews(
  uow: UnitOfWork,
  connection: Pick<Connection, 'id' | 'provider'>,
  news: { readonly name: string; readonly language: string; readonly patch: CopyPatch; readonly by?: string },
  now: Date,
): Promise<void> {
  const { name, language, patch, by } = news
  const [copy] = await copiesOf(uow, connection.id).where({ name, language })
  const change = copy === undefined ? undefined : changeOf(copy, patch)
  if (change !== undefined) await applyChange(uow, connection, change, { now, ...(by === undefined ? {} : { by }) })
}

/** A template that the vendor just took; the list tells the rest. One that is known already (a sync was faster) stays. */
export async function applySubmitted(
  uow: UnitOfWork,
  connection: Pick<Connection, 'id' | 'provider'>,
  template: ChannelTemplate,
  made: { readonly by: string; readonly now: Date },
): Promise<Template | undefined> {
  const row = { ...newCopy(connection, template, made.now), created_by: made.by, updated_by: made.by }
  await Template.in(uow).insert(row).onConflict().ignore()
  const named = { kind: 'channel' as const, connection_id: connection.id, name: row.name, language: row.language }
  const copy = await Template.in(uow).findOne(named)
  if (copy?.id === row.id) uow.publish(changeEvent(row, 'created'))
  return copy
}

/** The connection is gone, and its vendor's list with it. */
export async function forgetListing(uow: UnitOfWork, connection: Pick<Connection, 'id'>, now: Date): Promise<void> {
  for (const copy of await copiesOf(uow, connection.id).whereNull('vanished_at')) {
    const provider = copy.channel ?? ''
    const change = { copy, patch: { vanished_at: now }, changes: ['vanished' as const] }
    await applyChange(uow, { ...connection, provider }, change, { now })
  }
}

/** Locked in the order in which the counting of uses locks them. */
function copiesOf(uow: UnitOfWork, connectionId: string) {
  return Template.in(uow).where({ kind: 'channel', connection_id: connectionId }).orderBy('id').forUpdate()
}

function newCopy(connection: Pick<Connection, 'id' | 'provider'>, template: ChannelTemplate, now: Date) {
  return {
    ...{ id: newId(), kind: 'channel' as const, name: template.name, language: template.language },
    ...{ category: template.category, components: template.components, external_id: template.externalId },
    ...{ connection_id: connection.id, channel: connection.provider },
    ...{ state: template.status, reason: template.reason ?? null, quality: template.quality ?? null },
    ...{ created_by: SYSTEM, updated_by: SYSTEM, created_at: now, updated_at: now },
  }
}

async function applyChange(
  uow: UnitOfWork,
  connection: Pick<Connection, 'id' | 'provider'>,
  { copy, patch, changes }: CopyChange,
  { now, by = SYSTEM }: { readonly now: Date; readonly by?: string },
): Promise<void> {
  await Template.in(uow)
    .where({ id: copy.id })
    .patch({ ...patch, version: Template.raw('version + 1'), updated_by: by, updated_at: now })
  const after = {
    ...copy,
    ...patch,
    kind: 'channel' as const,
    connection_id: connection.id,
    channel: connection.provider,
  }
  for (const change of changes) {
    const previous = change === 'approval' && copy.state !== after.state ? copy.state : null
    uow.publish(changeEvent(after, change, previous === null ? {} : { previousState: previous }))
  }
}
