import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import type { GraphAnswer } from '../../../../adapters/meta/graph-client.ts'
import { classify, ERROR_CLASSES } from '../../../../adapters/whatsapp/send/errors.ts'
import { sendOutcome } from '../../../../adapters/whatsapp/send/outcome.ts'
import { Pacing } from '../../../../adapters/whatsapp/send/pacing.ts'
import { type WhatsAppSettings, whatsappSettingsSchema } from '../../../../adapters/whatsapp/settings.ts'
import { connection, toAda } from '../bakery.ts'

const answered = (status: number, body: unknown, headers = {}): GraphAnswer => ({
  outcome: 'answered',
  status,
  headers,
  body,
})
const failure = (status: number, code?: number, transient = false) =>
  classify(status, code === undefined ? undefined : { code, transient }).failure

describe("what Graph's answer means for a send", () => {
  it('classes every code that Meta documents for sends', () => {
    const by = (wanted: string) =>
      [...ERROR_CLASSES].filter(([, { failure: is }]) => is === wanted).map(([code]) => code)
    expect(by('throttled')).to.include.members([4, 80007, 130429, 131048, 131056, 133016])
    expect(by('retryable')).to.include.members([131016, 131053, 131057])
    expect(by('window')).to.deep.equal([131047])
    expect(by('recipient')).to.include.members([131026, 131049, 131050, 130472, 131062])
    expect(by('content')).to.include.members([132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 131051])
    expect(by('auth')).to.include.members([0, 10, 190, 368, 131031, 131042])
    expect(by('unknown')).to.deep.equal([])
  })

  it('judges what is not listed by its status, and a gateway that hides the answer as unknown', () => {
    expect([200, 250, 299].map((code) => failure(403, code))).to.deep.equal(['auth', 'auth', 'auth'])
    expect(failure(429)).to.equal('throttled')
    expect(failure(503)).to.equal('retryable')
    expect([502, 504, 500].map((status) => failure(status))).to.deep.equal(['unknown', 'unknown', 'unknown'])
    expect(failure(500, 987654)).to.equal('retryable')
    expect(failure(400, 987654)).to.equal('content')
    expect(failure(400, 987654, true)).to.equal('retryable')
    expect(failure(401)).to.equal('auth')
    expect(failure(404)).to.equal('content')
  })

  it('takes an id as success, held or not, and an answer without one as unknown', () => {
    const messages = (fields: object) => ({ messaging_product: 'whatsapp', messages: [fields] })
    expect(sendOutcome(answered(200, messages({ id: 'wamid.1', message_status: 'accepted' })), [])).to.deep.equal({
      ok: true,
      externalId: 'wamid.1',
    })
    const held = messages({ id: 'wamid.2', message_status: 'held_for_quality_assessment' })
    expect(sendOutcome(answered(200, held), [])).to.deep.equal({ ok: true, externalId: 'wamid.2', held: true })
    for (const body of [undefined, {}, messages({})])
      expect(sendOutcome(answered(200, body), [])).to.include({ ok: false, failure: 'unknown', code: 'no-message-id' })
  })

  it("prefers Graph's own Retry-After to what is usual for the code", () => {
    const error = { code: 131056, message: '(#131056) pair rate limit' }
    expect(sendOutcome(answered(400, { error }), [])).to.include({ failure: 'throttled', retryAfterMs: 6_000 })
    expect(sendOutcome(answered(400, { error }, { 'retry-after': '30' }), [])).to.include({ retryAfterMs: 30_000 })
    expect(sendOutcome(answered(429, undefined), [])).to.include({
      failure: 'throttled',
      code: 'http-429',
      retryAfterMs: 1_000,
    })
  })

  describe('pacing', () => {
    const settings = whatsappSettingsSchema.validate({}).value as WhatsAppSettings

    it('lets 45 go to one person at once, then one in six seconds', () => {
      const clock = new TestClock()
      const pacing = new Pacing(clock, settings)
      const waits = Array.from({ length: 46 }, () => pacing.enter(connection(), toAda))
      expect(waits.slice(0, 45).every((wait) => wait === 0)).to.equal(true)
      expect(waits[45]).to.equal(6_000)
      clock.advance(6_000)
      expect(pacing.enter(connection(), toAda)).to.equal(0)
    })

    it('lets 80 of a number go in a second, or what its connection says', () => {
      const clock = new TestClock()
      const pacing = new Pacing(clock, settings)
      const to = (index: number) => ({ ...toAda, value: `+49${1_000_000 + index}` })
      const gone = (of = connection()) =>
        Array.from({ length: 200 }, (_, index) => pacing.enter(of, to(index))).filter((wait) => wait === 0).length
      expect(gone()).to.equal(80)
      expect(gone(connection({ externalId: 'coexisting', settings: { messagesPerSecond: 20 } }))).to.equal(20)
    })

    it('rests a number when Graph says that its allowance is used up', () => {
      const clock = new TestClock()
      const pacing = new Pacing(clock, settings)
      pacing.heed(connection(), { percent: 80, regainMs: 0 })
      expect(pacing.enter(connection(), toAda)).to.equal(0)
      pacing.heed(connection(), { percent: 100, regainMs: 0 })
      expect(pacing.enter(connection(), toAda)).to.equal(60_000)
      pacing.heed(connection(), { percent: 100, regainMs: 300_000 })
      expect(pacing.enter(connection(), toAda)).to.equal(300_000)
      expect(pacing.enter(connection({ externalId: 'other' }), toAda)).to.equal(0)
      clock.advance(300_000)
      expect(pacing.enter(connection(), toAda)).to.equal(0)
    })
  })
})
