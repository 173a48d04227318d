import { messageQueued, type SendResult } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { InboxKernel } from './inbox-kernel.ts'

const refusal = (failure: string, code = '1', detail = 'because'): SendResult =>
  ({ ok: false, failure, code, detail }) as SendResult

describe('sending', () => {
  let inbox: InboxKernel
  let clock: TestClock
  let people = 0
  let person = ''

  const ledger = () =>
    inbox.rows<{ state: string; attempt: number; evidence: { by: string }[] | null; failure: string | null }>(
      'select state, attempt, evidence, failure from inbox.send order by message_id',
    )
  const last = async () => (await inbox.messages()).at(-1)
  /** Lets waits of lanes pass. */
  const later = async (ms: number) => {
    clock.advance(ms)
    await inbox.test.drain()
  }

  before(async () => {
    clock = new TestClock()
    inbox = await InboxKernel.start({ unconfirmedAfterMs: 600_000, authRetryMs: 1000 }, { clock })
  })
  after(() => inbox.stop())
  beforeEach(async () => {
    await inbox.test.drain()
    people += 1
    person = `+100${people}`
    inbox.vendor.sent.splice(0)
    clock.set('2026-01-05T09:00:00.000Z')
    clock.advance(people)
    await inbox.rows('delete from inbox.send')
    await inbox.receive(inbox.on.message(person, `in-${person}`, 'hello'))
  })

  it('passes through the ledger: intent, attempt, done with the answer as evidence', async () => {
    const answer = await inbox.send({ text: 'Hi there' })
    expect(answer.status).to.equal(201)
    expect(answer.body).to.include({
      direction: 'out',
      kind: 'text',
      text: 'Hi there',
      status: 'queued',
      externalId: null,
    })
    await inbox.test.drain()
    const message = await last()
    expect(message).to.include({ status: 'sent', text: 'Hi there' })
    expect(message?.externalId).to.match(/^out-/)
    expect(inbox.vendor.sent[0]).to.deep.include({ correlationId: message?.id, to: inbox.on.identity(person) })
    const [row] = await ledger()
    expect(row).to.deep.include({ state: 'done', attempt: 1 })
    expect(row?.evidence?.map(({ by }) => by)).to.deep.equal(['response'])
  })

  it('keeps the order of a thread when its first message has to wait', async () => {
    inbox.vendor.answer(refusal('throttled'), refusal('retryable'))
    for (const text of ['one', 'two', 'three']) await inbox.send({ text })
    for (let index = 0; index < 4; index++) await later(200)
    expect(inbox.vendor.texts()).to.deep.equal(['one', 'two', 'three'])
    const rows = await ledger()
    expect(rows.map(({ state, attempt }) => [state, attempt])).to.deep.equal([
      ['done', 2],
      ['done', 1],
      ['done', 1],
    ])
  })

  it('gives up after the last try of a passing fault, and says why', async () => {
    inbox.vendor.answer(...Array.from({ length: 6 }, () => refusal('retryable', '131016', 'overloaded')))
    await inbox.send({ text: 'one' })
    for (let index = 0; index < 8; index++) await later(2000)
    expect(await last()).to.deep.include({
      status: 'failed',
      error: { reason: 'retries-exhausted', code: '131016', detail: 'overloaded' },
    })
    expect((await ledger())[0]).to.include({ state: 'failed', attempt: 6 })
  })

  for (const failure of ['window', 'recipient', 'content'])
    it(`fails at once when the vendor refuses the ${failure}, and goes on with the next message`, async () => {
      inbox.vendor.answer(refusal(failure, '131047', 'no'))
      await inbox.send({ text: 'one' })
      await inbox.send({ text: 'two' })
      await inbox.test.drain()
      const messages = (await inbox.messages()).slice(1)
      expect(messages.map(({ status, error }) => [status, error?.reason])).to.deep.equal([
        ['failed', failure],
        ['sent', undefined],
      ])
    })

  it('waits while the credential is refused, goes on receiving, and sends when it works again', async () => {
    inbox.vendor.credentialWorks = false
    inbox.vendor.answer(refusal('auth', '190', 'token expired'))
    await inbox.send({ text: 'one' })
    await inbox.test.drain()
    expect((await inbox.conversation()).sendability.reasons).to.deep.equal(['channel-unhealthy'])
    expect((await inbox.send({ text: 'two' })).body).to.include({ code: 'inbox.channel-unhealthy' })
    await inbox.receive(inbox.on.message(person, `more-${person}`, 'are you there?'))
    expect(await inbox.transcript()).to.deep.equal(['in hello', 'out one (queued)', 'in are you there?'])
    await later(1001)
    expect(inbox.vendor.texts()).to.deep.equal([])
    inbox.vendor.credentialWorks = true
    await later(1001)
    expect(inbox.vendor.texts()).to.deep.equal(['one'])
    expect((await inbox.conversation()).sendability.open).to.equal(true)
  })

  describe('an outcome that nobody knows', () => {
    const lost: SendResult = refusal('unknown', 'timeout', 'socket closed')

    it('is settled by a status with our correlation id, and never sent again', async () => {
      inbox.vendor.answer(async (request) => {
        await inbox.vendor.accept(request)
        return lost
      })
      await inbox.send({ text: 'one' })
      await inbox.test.drain()
      expect(await last()).to.include({ status: 'unknown', externalId: null })
      const [sent] = inbox.vendor.sent
      const { externalId = '', correlationId = '' } = sent ?? {}
      await inbox.receive(inbox.on.status(person, externalId, 'delivered', { correlationId }))
      expect(await last()).to.include({ status: 'delivered', externalId })
      expect((await ledger())[0]).to.include({ state: 'done', attempt: 1 })
      expect(inbox.vendor.sent).to.have.length(1)
    })

    it('is settled by the echo of the send', async () => {
      inbox.vendor.answer(lost)
      await inbox.send({ text: 'one' })
      await inbox.test.drain()
      const { id = '' } = (await last()) ?? {}
      await inbox.receive(inbox.on.echo(person, `echo-${person}`, 'one', { correlationId: id }))
      expect(await inbox.transcript()).to.deep.equal(['in hello', 'out one (sent)'])
    })

    it('stays unknown without evidence, is shown to the agents, and is only sent again by a person', async () => {
      inbox.vendor.answer(lost)
      await inbox.send({ text: 'one' })
      await inbox.test.drain()
      clock.advance(600_001)
      const flagged = await inbox.until(async () => {
        const message = await last()
        return message?.error === null ? undefined : message
      }, 'the flag')
      expect(flagged).to.deep.include({ status: 'unknown' })
      expect(flagged.error?.reason).to.equal('unconfirmed')
      expect(inbox.vendor.sent).to.have.length(0)
      const answer = await inbox.call('POST', `/api/messages/${flagged.id}/resend`)
      expect(answer.status).to.equal(200)
      await inbox.test.drain()
      expect(await last()).to.include({ status: 'sent', error: null })
      expect(inbox.vendor.texts()).to.deep.equal(['one'])
      expect((await inbox.call('POST', `/api/messages/${flagged.id}/resend`)).status).to.equal(409)
    })

    it('is what becomes of an attempt whose process died: it is not repeated', async () => {
      const { id: conversationId, threadId, contact } = await inbox.conversation()
      await inbox.send({ text: 'first' })
      await inbox.test.drain()
      const message = await last()
      await inbox.rows(`update inbox.send set state = 'attempting'`)
      await inbox.rows(
        `update inbox.message set status = 'queued', external_id = null where direction = 'out' and id = '${message?.id}'`,
      )
      await inbox.ingest({
        type: messageQueued,
        key: threadId,
        data: {
          messageId: message?.id,
          conversationId,
          threadId,
          contactId: contact.id,
          connectionId: inbox.connectionId,
          channel: 'test',
          seq: message?.seq,
          content: { kind: 'text', text: 'first' },
          author: { kind: 'agent', id: 'a' },
        },
      })
      await inbox.test.drain()
      expect(inbox.vendor.sent).to.have.length(1)
      expect(await last()).to.include({ status: 'unknown' })
      expect((await ledger())[0]).to.include({ state: 'unknown', attempt: 1 })
    })
  })

  describe('statuses', () => {
    it('that come before the answer to the send wait for it', async () => {
      let release: (() => void) | undefined
      inbox.vendor.answer(async (request) => {
        await new Promise<void>((resolve) => {
          release = resolve
        })
        return inbox.vendor.accept(request)
      })
      await inbox.send({ text: 'one' })
      await inbox.until(() => release, 'the send')
      const next = inbox.vendor.nextExternalId
      await inbox.ingest(inbox.on.status(person, next, 'read'))
      await inbox.until(
        async () => (await inbox.rows('select 1 from inbox.early_change')).length === 1,
        'the parked status',
      )
      release?.()
      await inbox.test.drain()
      expect(await last()).to.include({ externalId: next, status: 'read' })
      expect(await inbox.rows('select 1 from inbox.early_change')).to.deep.equal([])
    })

    it('never go back, keep the price, and tell why a message failed', async () => {
      await inbox.send({ text: 'one' })
      await inbox.send({ text: 'two' })
      await inbox.test.drain()
      const [, one, two] = await inbox.messages()
      await inbox.receive(
        inbox.on.status(person, one?.externalId ?? '', 'read', { pricing: { category: 'service' } }),
        inbox.on.status(person, one?.externalId ?? '', 'delivered'),
        inbox.on.status(person, one?.externalId ?? '', 'sent'),
        inbox.on.status(person, two?.externalId ?? '', 'failed', {
          errors: [{ code: '131026', title: 'Undeliverable', detail: 'not on this network' }],
        }),
      )
      const [, first, second] = await inbox.messages()
      expect(first).to.include({ status: 'read' })
      expect(second).to.deep.include({
        status: 'failed',
        error: { reason: 'vendor', code: '131026', detail: 'not on this network' },
      })
      const [priced] = await inbox.rows<{ extra: object }>(`select extra from inbox.message where id = '${one?.id}'`)
      expect(priced?.extra).to.deep.equal({ pricing: { category: 'service' } })
    })
  })

  it('shows one message when the echo without a correlation id comes before the answer', async () => {
    let release: (() => void) | undefined
    inbox.vendor.answer(async () => {
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return { ok: true, externalId: `raced-${person}` }
    })
    await inbox.send({ text: 'one' })
    await inbox.until(() => release, 'the send')
    await inbox.ingest(inbox.on.echo(person, `raced-${person}`, 'one'))
    await inbox.until(async () => (await inbox.messages()).length === 3, 'the echo')
    release?.()
    await inbox.test.drain()
    expect(await inbox.transcript()).to.deep.equal(['in hello', 'out one (sent)'])
    expect(await last()).to.include({ externalId: `raced-${person}` })
  })

  it('gives the hold back that such an echo took', async () => {
    let release: (() => void) | undefined
    inbox.vendor.answer(async () => {
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return { ok: true, externalId: `bot-${person}` }
    })
    await inbox.settings({ keywords: [{ words: ['ping'], answer: 'pong' }] })
    clock.advance(1100)
    await inbox.ingest(inbox.on.message(person, `ping-${person}`, 'ping'))
    await inbox.until(() => release, 'the send')
    await inbox.ingest(inbox.on.echo(person, `bot-${person}`, 'pong'))
    await inbox.until(async () => (await inbox.conversation()).holder === 'human', 'the echo')
    release?.()
    await inbox.test.drain()
    expect(await inbox.transcript()).to.deep.equal(['in hello', 'in ping', 'out pong (sent)'])
    expect(await inbox.conversation()).to.deep.include({ holder: 'none' })
    expect((await inbox.conversation()).lastMessage?.preview).to.equal('pong')
    await inbox.settings({ keywords: [] })
    clock.advance(1100)
  })

  it('is not spoiled by a vendor that gives one id to two messages', async () => {
    inbox.vendor.answer({ ok: true, externalId: `same-${person}` }, { ok: true, externalId: `same-${person}` })
    await inbox.send({ text: 'one' })
    await inbox.send({ text: 'two' })
    await inbox.test.drain()
    expect(await inbox.transcript()).to.deep.equal(['in hello', 'out one (sent)', 'out two (sent)'])
  })

  describe('the gate', () => {
    it('closes with the window, lets templates through, and says so before anybody writes', async () => {
      clock.advance(25 * 3_600_000)
      const { sendability } = await inbox.conversation()
      expect(sendability).to.deep.include({ open: false, allowed: ['template'], reasons: ['window-closed'] })
      expect((await inbox.send({ text: 'too late' })).body).to.include({ status: 409, code: 'inbox.window-closed' })
      expect((await inbox.send({ template: { name: 'ping', language: 'en' } })).status).to.equal(201)
    })

    it('refuses what the channel cannot send, a text that is too long, and people who said stop', async () => {
      const location = { kind: 'location', latitude: 1, longitude: 2 }
      expect((await inbox.send({ content: location })).body).to.include({
        status: 422,
        code: 'inbox.kind-not-supported',
      })
      expect((await inbox.send({ text: 'a'.repeat(101) })).body).to.include({ status: 422, code: 'inbox.too-long' })
      await inbox.receive(inbox.on.preference(person, 'all', 'stop'))
      expect((await inbox.send({ text: 'hi' })).body).to.include({ status: 409, code: 'inbox.opted-out' })
      await inbox.receive(inbox.on.preference(person, 'all', 'resume'))
      expect((await inbox.send({ text: 'hi' })).status).to.equal(201)
    })

    it('refuses a blocked contact', async () => {
      const { contact } = await inbox.conversation()
      await inbox.call('PATCH', `/api/contacts/${contact.id}`, { blocked: true })
      expect((await inbox.send({ text: 'hi' })).body).to.include({ code: 'inbox.opted-out' })
    })

    it('refuses a fence that somebody took over since', async () => {
      const { fence } = await inbox.conversation()
      expect((await inbox.send({ text: 'hi', fence })).status).to.equal(201)
      expect((await inbox.send({ text: 'hi', fence })).body).to.include({ code: 'inbox.held-by-human' })
    })

    it('knows a request that is repeated with its idempotency key', async () => {
      const headers = { 'idempotency-key': `key-${person}` }
      const first = await inbox.send({ text: 'hi' }, headers)
      const second = await inbox.send({ text: 'hi' }, headers)
      expect([first.status, second.status]).to.deep.equal([201, 201])
      await inbox.test.drain()
      expect(inbox.vendor.texts()).to.deep.equal(['hi'])
    })
  })

  it('takes back a message that still waits, and erases one that was sent', async () => {
    inbox.vendor.credentialWorks = false
    inbox.vendor.answer(refusal('auth'))
    await inbox.send({ text: 'oops' })
    await inbox.test.drain()
    const waiting = await last()
    expect((await inbox.call('DELETE', `/api/messages/${waiting?.id}`)).status).to.equal(204)
    inbox.vendor.credentialWorks = true
    await later(1001)
    await later(1001)
    expect(inbox.vendor.texts()).to.deep.equal([])
    expect(await last()).to.include({ status: 'cancelled', text: '' })
    expect((await inbox.call('DELETE', `/api/messages/${(await inbox.messages())[0]?.id}`)).status).to.equal(204)
    expect(await inbox.transcript()).to.deep.equal(['in text', 'out text (cancelled)'])
  })
})
