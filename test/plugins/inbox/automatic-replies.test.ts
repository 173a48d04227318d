import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { InboxKernel } from './inbox-kernel.ts'

const ways = [
  { burstMs: 0, how: 'decided while the message is stored' },
  { burstMs: 40, how: 'decided by the stream that waits out a burst' },
]

for (const { burstMs, how } of ways)
  describe(`automatic replies, ${how}`, () => {
    let inbox: InboxKernel
    const clock = new TestClock('2026-01-05T09:00:00.000Z')

    before(async () => {
      inbox = await InboxKernel.start({ burstMs }, { clock })
    })
    after(() => inbox.stop())
    beforeEach(async () => {
      inbox.vendor.sent.splice(0)
      await inbox.settings({ greeting: 'Welcome!', keywords: [{ words: ['price'], answer: 'Ten.' }] })
      clock.advance(1100)
    })

    it('greet a new conversation and answer a keyword, each once', async () => {
      await inbox.receive(inbox.on.message('+1', 'a1', 'hello'))
      await inbox.receive(inbox.on.message('+1', 'a2', 'what is the PRICE?'))
      await inbox.receive(inbox.on.message('+1', 'a3', 'thanks'))
      expect(await inbox.transcript()).to.deep.equal([
        'in hello',
        'out Welcome! (sent)',
        'in what is the PRICE?',
        'out Ten. (sent)',
        'in thanks',
      ])
      expect(inbox.vendor.sent.map(({ to }) => to.value)).to.deep.equal(['+1', '+1'])
      const [, answer] = await inbox.messages()
      expect(answer).to.deep.include({ externalId: 'out-1' })
      expect(answer?.author).to.deep.include({ kind: 'bot', id: 'auto-reply' })
    })

    it('give one answer to three quick messages', async () => {
      await inbox.settings({ greeting: 'Welcome!', burstMs: 150 })
      clock.advance(1100)
      await inbox.ingest(inbox.on.message('+2', 'b1', 'hi'), inbox.on.message('+2', 'b2', 'are you'))
      await inbox.receive(inbox.on.message('+2', 'b3', 'there?'))
      expect(inbox.vendor.texts()).to.deep.equal(['Welcome!'])
      expect(await inbox.transcript()).to.deep.equal(['in hi', 'in are you', 'in there?', 'out Welcome! (sent)'])
    })

    it('fall silent while a human holds the conversation, and speak again when it is handed back', async () => {
      await inbox.receive(inbox.on.message('+3', 'c1', 'hello'))
      expect((await inbox.send({ text: 'This is Ada.' })).status).to.equal(201)
      await inbox.receive(inbox.on.message('+3', 'c2', 'price?'))
      expect(inbox.vendor.texts()).to.deep.equal(['Welcome!', 'This is Ada.'])
      const { id } = await inbox.conversation()
      await inbox.call('PATCH', `/api/conversations/${id}`, { holder: 'none' })
      await inbox.receive(inbox.on.message('+3', 'c3', 'price?'))
      expect(inbox.vendor.texts()).to.deep.equal(['Welcome!', 'This is Ada.', 'Ten.'])
    })

    it('fall silent when somebody answers from the native app', async () => {
      await inbox.receive(inbox.on.echo('+4', 'n1', 'I saw your call'), inbox.on.message('+4', 'd1', 'price?'))
      expect(inbox.vendor.texts()).to.deep.equal([])
      expect(await inbox.conversation()).to.include({ holder: 'human' })
    })

    it('say that the tenant is away outside of its hours', async () => {
      const hours = { weekly: { tue: [{ from: '09:00', to: '17:00' }] } }
      await inbox.settings({ greeting: 'Welcome!', away: { text: 'Closed.' } }, { hours, timeZone: 'Europe/Berlin' })
      clock.advance(1100)
      await inbox.receive(inbox.on.message('+5', 'e1', 'hello'), inbox.on.message('+5', 'e2', 'anybody?'))
      expect(inbox.vendor.texts()).to.deep.equal(['Closed.'])
      await inbox.settings({ greeting: 'Welcome!' }, { hours: { weekly: {} } })
    })

    it('stop talking to another robot at the cap of an hour', async () => {
      await inbox.settings({ keywords: [{ words: ['ping'], answer: 'pong' }], maxPerThreadPerHour: 3 })
      clock.advance(1100)
      for (let index = 0; index < 6; index++) await inbox.receive(inbox.on.message('+6', `f${index}`, 'ping'))
      expect(inbox.vendor.texts()).to.deep.equal(['pong', 'pong', 'pong'])
    })

    it('answer each of many people, in batches', async () => {
      await inbox.settings({
        keywords: [{ words: ['ping'], answer: 'pong' }],
        maxPerThreadPerHour: 100,
        burstMs: burstMs * 25,
      })
      clock.advance(1100)
      const events = Array.from({ length: 300 }, (_, index) =>
        inbox.on.message(`+9${index % 60}`, `g${index}`, `ping ${index}`),
      )
      await inbox.receive(...events)
      expect(inbox.vendor.sent).to.have.length(burstMs === 0 ? 300 : 60)
      expect(inbox.vendor.mostForOne).to.equal(1)
      expect(inbox.vendor.mostForAll).to.be.greaterThan(5)
    })
  })
