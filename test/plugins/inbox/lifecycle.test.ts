import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { threadHistory } from '../../../plugins/inbox/history/thread-history.ts'
import { InboxKernel } from './inbox-kernel.ts'

const HOUR = 3_600_000

describe('the life of threads', () => {
  let inbox: InboxKernel
  const clock = new TestClock()

  before(async () => {
    inbox = await InboxKernel.start({}, { clock })
  })
  after(() => inbox.stop())

  it('follows merged contacts, and goes back when the merge is undone', async () => {
    await inbox.receive(inbox.on.message('+1', 'a1', 'from one'), inbox.on.message('+2', 'b1', 'from two'))
    const owners = () =>
      inbox.rows<{ identity_key: string; contact_id: string; same: boolean }>(
        `select t.identity_key, t.contact_id, bool_and(c.contact_id = t.contact_id) as same
         from inbox.thread t join inbox.conversation c on c.thread_id = t.id group by 1, 2 order by 1`,
      )
    const [one, two] = (await owners()).map((row) => row.contact_id)
    const merged = await inbox.call('POST', `/api/contacts/${two}/merge`, { sourceId: one })
    expect(merged.status, merged.text).to.equal(201)
    await inbox.test.drain()
    expect((await owners()).map((row) => [row.contact_id, row.same])).to.deep.equal([
      [two, true],
      [two, true],
    ])
    expect(await inbox.conversations(`?contact=${two}`)).to.have.length(2)
    const { mergeId } = merged.body as { mergeId: string }
    const detail = await inbox.get<{ merges: { id: string }[] }>(`/api/contacts/${two}`)
    expect(detail.merges.map(({ id }) => id)).to.deep.equal([mergeId])
    expect((await inbox.call('POST', `/api/merges/${mergeId}/undo`)).status).to.equal(200)
    await inbox.test.drain()
    expect((await owners()).map((row) => [row.contact_id, row.same])).to.deep.equal([
      [one, true],
      [two, true],
    ])
  })

  it('shows the customer its own thread by what changed, without the notes', async () => {
    await inbox.receive(inbox.on.message('+3', 'c1', 'hello'))
    await inbox.send({ text: 'secret', note: true })
    await inbox.send({ text: 'Hi!' })
    await inbox.test.drain()
    const read = (afterRevision: number, limit = 10) =>
      inbox.test.kernel.database.transaction(inbox.test.tenantId, (uow) => {
        const { connectionId } = inbox
        return threadHistory.read(uow, { connectionId, identityKey: 'phone::+3', afterRevision, limit })
      })
    const { threadId, messages } = await read(0)
    expect(threadId).to.be.a('string')
    expect(messages.map(({ text, direction, status }) => [direction, text, status])).to.deep.equal([
      ['in', 'hello', 'received'],
      ['out', 'Hi!', 'sent'],
    ])
    const seen = messages.at(-1)?.revision ?? 0
    expect((await read(seen)).messages).to.deep.equal([])
    await inbox.receive(inbox.on.edit('+3', 'c1', 'hello!'))
    expect((await read(seen)).messages.map(({ text }) => text)).to.deep.equal(['hello!'])
    expect((await read(0, 1)).messages).to.have.length(1)
    const nobody = await inbox.test.kernel.database.transaction(inbox.test.tenantId, (uow) =>
      threadHistory.read(uow, {
        connectionId: inbox.connectionId,
        identityKey: 'phone::+99',
        afterRevision: 0,
        limit: 5,
      }),
    )
    expect(nobody).to.deep.equal({ threadId: undefined, messages: [] })
  })

  it('is swept: idle conversations close by themselves, and say so', async () => {
    await inbox.receive(inbox.on.message('+4', 'd1', 'anybody?'))
    const id = await inbox.newest()
    await inbox.call('PATCH', `/api/conversations/${id}`, { holder: 'human' })
    clock.advance(71 * HOUR)
    await inbox.test.drain()
    expect(await inbox.conversation()).to.include({ status: 'open' })
    clock.advance(2 * HOUR)
    await inbox.until(async () => (await inbox.conversation()).status === 'resolved', 'the sweep')
    expect(await inbox.conversation()).to.include({ holder: 'none' })
    await inbox.receive(inbox.on.message('+4', 'd2', 'hello again', { occurredAt: clock.now().toISOString() }))
    const fresh = await inbox.conversation()
    expect([fresh.id === id, fresh.status]).to.deep.equal([true, 'open'])
    clock.advance(73 * HOUR)
    await inbox.until(async () => (await inbox.conversation()).status === 'resolved', 'the sweep')
    clock.advance(25 * HOUR)
    await inbox.receive(inbox.on.message('+4', 'd3', 'and again', { occurredAt: clock.now().toISOString() }))
    expect((await inbox.conversation()).id).not.to.equal(id)
    expect((await inbox.conversation()).contact).to.deep.equal(fresh.contact)
  })

  it('is swept: a status that missed its message is applied after all', async () => {
    await inbox.receive(inbox.on.message('+5', 'e1', 'hi', { occurredAt: clock.now().toISOString() }))
    await inbox.send({ text: 'hello' })
    await inbox.test.drain()
    const sent = (await inbox.messages()).at(-1)
    await inbox.rows(
      `insert into inbox.early_change (tenant_id, id, connection_id, external_id, change, created_at)
       select tenant_id, gen_random_uuid(), connection_id, external_id,
         '{"kind":"status","status":"read","by":"status","at":"2026-01-05T09:00:00.000Z"}', created_at
       from inbox.message where id = '${sent?.id}'`,
    )
    clock.advance(6 * 60_000)
    await inbox.until(async () => (await inbox.messages()).at(-1)?.status === 'read', 'the sweep')
    expect(await inbox.rows('select 1 from inbox.early_change')).to.deep.equal([])
  })
})
