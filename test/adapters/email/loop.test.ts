import { expect } from 'chai'
import { MailHeaders } from '../../../adapters/mail/read/headers.ts'
import { letter } from './letters.ts'
import { type Desk, type Office, OTHER, openOffice, SHOP, startReading } from './office.ts'

const ROBOT = 'robot@elsewhere.example'

async function answersAutomatically({ test }: Office, { tenantId }: Desk): Promise<void> {
  const autoReplies = {
    burstMs: 0,
    greeting: 'We got your mail about the hours.',
    keywords: [{ words: ['hours'], answer: 'Our hours: nine to five.' }],
    maxPerThreadPerHour: 3,
  }
  await test.kernel.settingsFor('inbox').update(tenantId, { autoReplies })
}

describe('mail between two who answer by themselves', function () {
  this.timeout(90_000)

  it('ends after one answer where both sides say that they are machines', async () => {
    const office = await openOffice({ desks: [SHOP, OTHER] })
    try {
      for (const desk of office.desks) {
        await answersAutomatically(office, desk)
        await startReading(office, desk)
      }
      const text = 'When are your hours?'
      const first = {
        from: OTHER,
        to: SHOP,
        messageId: 'first@two.example',
        date: office.clock.now(),
        subject: 'Hours',
        text,
      }
      office.simulator.deliver(SHOP, Buffer.from(letter(first)))
      await office.desks[1]?.message('nine to five')
      // A mail of its own that comes after: once it is here, an answer to the one before it would be too.
      office.simulator.deliver(
        OTHER,
        Buffer.from(
          letter({
            ...first,
            from: 'ada@example.com',
            to: OTHER,
            messageId: 'later@example.com',
            text: 'Something else',
          }),
        ),
      )
      await office.desks[1]?.message('Something else')
      await office.eventually('the greeting of the other side', () =>
        office.simulator.submitted.find(({ account }) => account === OTHER),
      )
      await office.test.drain()
      const automatic = office.simulator.submitted.map(({ account, to, raw }) => [
        account,
        to[0],
        new MailHeaders(raw).value('auto-submitted'),
      ])
      expect(automatic).to.deep.equal([
        [SHOP, OTHER, 'auto-replied'],
        [OTHER, 'ada@example.com', 'auto-replied'],
      ])
    } finally {
      await office.close()
    }
  })

  it('ends after a bounded number where the other side is a machine that does not say so', async () => {
    const office = await openOffice()
    const { simulator, clock } = office
    try {
      await answersAutomatically(office, office.desk)
      await startReading(office)
      const say = (turn: number) => {
        const mail = {
          from: ROBOT,
          to: SHOP,
          messageId: `turn-${turn}@elsewhere.example`,
          date: clock.now(),
          subject: 'Hours',
        }
        simulator.deliver(SHOP, Buffer.from(letter({ ...mail, text: `Turn ${turn}: what about the hours?` })))
      }
      say(0)
      // The robot answers every mail of ours, at once and without end.
      for (let turn = 1; turn <= 3; turn += 1) {
        await office.eventually(`answer ${turn}`, () => simulator.submitted[turn - 1])
        say(turn)
      }
      await office.desk.message('Turn 3')
      await office.test.drain()
      expect(simulator.submitted).to.have.length(3)
    } finally {
      await office.close()
    }
  })
})
