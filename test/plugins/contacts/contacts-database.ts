import { type ContactDirectory, type Database, ParleyError } from '@parley/core'
import { v7 as uuidv7 } from 'uuid'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase } from '../../../core/testing/test-database.ts'
import { createDirectory } from '../../../plugins/contacts/directory/contact-directory.ts'

export interface ContactsDatabase {
  readonly database: Database
  readonly directory: ContactDirectory
  readonly clock: TestClock
  readonly tenantId: string
  /** Types of the events that were appended, in order. */
  readonly published: { type: string; data: unknown }[]
  drop(): Promise<void>
}

/** The contacts plugin's tables, and a log that only remembers: what is under test here is the plugin's own writing. */
export async function contactsDatabase(): Promise<ContactsDatabase> {
  const directory = new URL('../../../plugins/contacts/migrations/', import.meta.url)
  const published: { type: string; data: unknown }[] = []
  const clock = new TestClock()
  const db = await createTestDatabase({
    sources: [{ id: 'contacts', directory }],
    events: {
      prepare: (tenantId, event) => ({
        id: uuidv7(),
        topic: event.type.topic,
        tenantId,
        hash: 0,
        key: event.key,
        type: event.type.type,
        time: clock.now().toISOString(),
        headers: '{}',
        data: JSON.stringify(event.data),
      }),
      append: async (_trx, events) => {
        published.push(...events.map(({ type, data }) => ({ type, data: JSON.parse(data) })))
      },
      committed() {},
    },
  })
  if (db.database === undefined) throw new ParleyError('test.database', 'The test database came without a runner.')
  return {
    database: db.database,
    directory: createDirectory({ clock, maxAlike: 5 }),
    clock,
    tenantId: uuidv7(),
    published,
    drop: () => db.drop(),
  }
}
