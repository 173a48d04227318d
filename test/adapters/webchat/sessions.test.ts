import { createHmac, randomBytes } from 'node:crypto'
import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { Sessions } from '../../../adapters/webchat/sessions.ts'
import { settingsSchema } from '../../../adapters/webchat/settings.ts'
import { HmacTokens, KeyRing } from '../../../core/secrets/index.ts'
import { testConnection } from './kit.ts'

const DAY = 86_400

describe('a web-chat session', () => {
  const clock = new TestClock()
  const tokens = new HmacTokens(new KeyRing([{ id: 'k1', key: randomBytes(32) }]), clock)
  const settings = settingsSchema.validate({ sessionTtlSeconds: 30 * DAY }).value
  const sessions = new Sessions({ tokens, clock, settings })
  const connection = testConnection({ secrets: { identitySecret: 'shh' } })

  const open = (given: { token?: string; identity?: string }, at = connection) => {
    const session = sessions.open(at, given)
    if (!session.ok) throw new Error(session.detail)
    return session
  }

  function identity(sub: string): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const exp = Math.floor(clock.millis() / 1000) + 60
    const signed = `${part({ alg: 'HS256' })}.${part({ sub, aud: connection.id, exp })}`
    return `${signed}.${createHmac('sha256', 'shh').update(signed).digest('base64url')}`
  }

  it('begins as somebody new and is renewed as the same', () => {
    const first = open({})
    clock.advance(29 * DAY * 1000)
    const second = open({ token: first.token })
    expect(second.visitor).to.deep.equal(first.visitor)
    clock.advance(29 * DAY * 1000)
    expect(sessions.verify(first.token)).to.equal(undefined)
    expect(sessions.verify(second.token)).to.deep.equal(first.visitor)
  })

  it('begins anew when the token has expired, is forged, or belongs to another connection', () => {
    const mine = open({})
    const forged = open({ token: `${mine.token.slice(0, -2)}xx` })
    const elsewhere = open({ token: mine.token }, testConnection())
    clock.advance(31 * DAY * 1000)
    const expired = open({ token: mine.token })
    const ids = [mine, forged, elsewhere, expired].map(({ visitor }) => visitor.visitorId)
    expect(new Set(ids).size).to.equal(4)
  })

  it('does not take a token that was made for another purpose', () => {
    const { tenantId, id } = connection
    const token = tokens.sign('webchat.file', { tenantId, connectionId: id, visitorId: tenantId }, 60)
    expect(sessions.verify(token)).to.equal(undefined)
  })

  it('becomes the vouched user in the same browser, and stays so when renewed', () => {
    const before = open({})
    const after = open({ token: before.token, identity: identity('ada') })
    expect(after.visitor).to.deep.equal({ ...before.visitor, user: { id: 'ada' } })
    expect(open({ token: after.token }).visitor.user).to.deep.equal({ id: 'ada' })
  })

  it('starts a new browser identity when somebody else logs in, so that two people never share one', () => {
    const ada = open({ identity: identity('ada') })
    const bob = open({ token: ada.token, identity: identity('bob') })
    expect(bob.visitor.visitorId).to.not.equal(ada.visitor.visitorId)
    expect(bob.visitor.user).to.deep.equal({ id: 'bob' })
  })

  it('is refused, not opened for a stranger, when the identity is bad', () => {
    expect(sessions.open(connection, { identity: 'nonsense' })).to.include({ ok: false, reason: 'identity-refused' })
  })
})
