import type { PersonalData, PersonTraces, UnitOfWork } from '@parley/core'

/** A member of staff's mailbox and wishes; of a customer, what members were told about their conversations. */
export const personalData: PersonalData = {
  async find({ person }) {
    return 'userId' in person ? { eventKeys: [person.userId] } : {}
  },

  async *export({ person, traces }, uow) {
    if ('contactId' in person) {
      yield {
        name: 'notifications',
        items: await about(uow, 'notification', traces).select('kind', 'title', 'body', 'link', 'created_at'),
      }
      return
    }
    for (const [name, table] of Object.entries(OF_USER)) {
      const rows = await uow.trx(`notifications.${table}`).where({ tenant_id: uow.tenantId, user_id: person.userId })
      yield { name, items: rows.map(({ tenant_id: _tenant, ...row }) => row) }
    }
  },

  async erase({ person, traces }, uow) {
    if ('contactId' in person) {
      const assignments = uow.trx('notifications.assignment').where({ tenant_id: uow.tenantId })
      return {
        erased: {
          notifications: await about(uow, 'notification', traces).delete(),
          outgoing: await about(uow, 'outgoing', traces).delete(),
          assignments: await assignments.whereIn('conversation_id', [...traces.ids]).delete(),
        },
      }
    }
    const erased: Record<string, number> = {}
    for (const [name, table] of Object.entries(OF_USER)) {
      const own = uow.trx(`notifications.${table}`).where({ tenant_id: uow.tenantId, user_id: person.userId })
      erased[name] = await own.delete()
    }
    return { erased }
  },
}

/** By what they are called in an export; notifications before the mailbox they lie in. */
const OF_USER: Readonly<Record<string, string>> = {
  notifications: 'notification',
  outgoing: 'outgoing',
  assignments: 'assignment',
  profile: 'profile',
  choices: 'choice',
  mailbox: 'mailbox',
}

/** Those that lead to, or are gathered under, something of the person's. */
function about({ trx, tenantId }: UnitOfWork, table: 'notification' | 'outgoing', { ids }: PersonTraces) {
  return trx(`notifications.${table}`)
    .where({ tenant_id: tenantId })
    .whereRaw('exists (select from unnest(?::text[]) n where strpos(link, n) > 0)', [[...ids]])
}
