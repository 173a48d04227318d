import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import { v7 } from 'uuid'
import { TestVisitor } from './client.ts'
import { startWebchat, type WebchatUnderTest } from './kit.ts'

describe("a visitor's session over HTTP", () => {
  let kit: WebchatUnderTest

  beforeEach(async () => {
    kit = await startWebchat({
      connection: { secrets: { identitySecret: 'shh' } },
      settings: { limits: { sessions: { burst: 8, perMinute: 1 } } },
    })
  })
  afterEach(() => kit.stop())

  function identity(sub: string, name?: string): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const exp = Math.floor(kit.clock.millis() / 1000) + 60
    const signed = `${part({ alg: 'HS256' })}.${part({ sub, aud: kit.connection.id, exp, name })}`
    return `${signed}.${createHmac('sha256', 'shh').update(signed).digest('base64url')}`
  }

  it('makes a visitor, and keeps it when renewed', async () => {
    const visitor = new TestVisitor(kit)
    const first = await visitor.arrive()
    expect(first.body).to.include({ identified: false })
    const { participantId, token } = visitor
    await visitor.arrive({ token })
    expect(visitor.participantId).to.equal(participantId)
  })

  it('joins the browsers of a vouched user in one thread', async () => {
    const phone = new TestVisitor(kit)
    const desk = new TestVisitor(kit)
    expect((await phone.arrive({ identity: identity('ada', 'Ada') })).body.identified).to.equal(true)
    await desk.arrive({ identity: identity('ada', 'Ada') })
    expect(desk.participantId).to.equal(phone.participantId)
    await phone.say('From the phone')
    expect((await desk.read()).body.messages[0]).to.include({ text: 'From the phone' })
    const [item] = kit.inbox.ingested
    expect(item?.event.data).to.have.nested.property('sender.displayName', 'Ada')
    expect(item?.event.data).to.have.nested.property('sender.identities[0].kind', 'user')
  })

  it('refuses a bad identity, and an unknown chat', async () => {
    const visitor = new TestVisitor(kit)
    const bad = await visitor.arrive({ identity: `${identity('ada')}x` })
    expect([bad.status, bad.body.code]).to.deep.equal([401, 'webchat.identity-refused'])
    expect((await visitor.call('POST', `/api/webchat/${v7()}/session`, {})).status).to.equal(404)
    expect((await visitor.arrive({ visitorId: v7() })).status).to.equal(400)
  })

  it('is not given out without end to one address', async () => {
    const answers = []
    for (let i = 0; i < 10; i++) answers.push((await new TestVisitor(kit).arrive()).status)
    expect(answers.slice(0, 8)).to.deep.equal(Array(8).fill(200))
    expect(answers.slice(8)).to.deep.equal([429, 429])
  })
})
