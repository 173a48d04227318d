import { expect } from 'chai'
import { InboxDatabase } from './inbox-database.ts'

/** What agents do all day must stay a short walk along an index, as the application's role, behind row-level security. */
describe('the inbox under many rows', () => {
  let inbox: InboxDatabase

  before(async function () {
    this.timeout(60_000)
    inbox = await InboxDatabase.create()
    await inbox.rows(
      `insert into inbox.conversation (tenant_id, id, thread_id, connection_id, channel, contact_id, status, assignee_id,
         last_message_at, opened_at, changed_xid)
       select '${inbox.tenantId}', gen_random_uuid(), gen_random_uuid(), '${inbox.connectionId}', 'test', gen_random_uuid(),
         (array['open', 'resolved', 'resolved'])[1 + g % 3], case when g % 9 = 0 then 'ada' end,
         timestamptz '2026-01-01' + g * interval '1 second', now(), 0
       from generate_series(1, 10000) g`,
    )
    await inbox.analyze()
  })
  after(() => inbox.drop())

  const plan = async (sql: string) =>
    (await inbox.rows<Record<string, string>>(`explain ${sql}`)).map((row) => row['QUERY PLAN']).join('\n')
  const tenant = () => `tenant_id = '${inbox.tenantId}'`

  it('walks the list of a status from a place in it', async () => {
    const text = await plan(
      `select * from inbox.conversation where ${tenant()} and status = 'open'
         and (last_message_at, id) < (timestamptz '2026-01-01 01:00', '0199aaaa-0000-7000-8000-000000000000')
       order by last_message_at desc, id desc limit 50`,
    )
    expect(text).to.contain('conversation_list').and.not.to.contain('Sort')
  })

  it('walks the feed from a cursor', async () => {
    const text = await plan(
      `select * from inbox.conversation where ${tenant()} and (changed_xid, id) > (900000000, '0199aaaa-0000-7000-8000-000000000000')
       order by changed_xid, id limit 50`,
    )
    expect(text).to.contain('conversation_feed').and.not.to.contain('Sort')
  })

  it("finds an agent's and a contact's conversations by their own index", async () => {
    expect(
      await plan(`select * from inbox.conversation where ${tenant()} and assignee_id = 'ada' and status = 'open'`),
    ).to.contain('conversation_assignee')
    expect(
      await plan(
        `select * from inbox.conversation where ${tenant()} and contact_id = '0199aaaa-0000-7000-8000-000000000000'`,
      ),
    ).to.contain('conversation_contact')
  })
})
