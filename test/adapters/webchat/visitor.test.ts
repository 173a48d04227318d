import { expect } from 'chai'
import {
  actorOf,
  identitiesOf,
  participantId,
  senderOf,
  threadKeyOf,
  type Visitor,
  visitorOf,
} from '../../../adapters/webchat/visitor.ts'

const browser: Visitor = {
  tenantId: '0195a1b0-0000-7000-8000-000000000001',
  connectionId: '0195a1b0-0000-7000-8000-000000000002',
  visitorId: '0195a1b0-0000-7000-8000-000000000003',
}
const user: Visitor = { ...browser, user: { id: 'u-17', name: 'Ada', email: 'ada@example.com' } }

describe('a web-chat visitor', () => {
  it('is known by its browser, within its connection', () => {
    expect(identitiesOf(browser)).to.deep.equal([
      { kind: 'visitor', scope: browser.connectionId, value: browser.visitorId },
    ])
  })

  it('is answered to as the vouched user first, so that every browser of that user has the same thread', () => {
    expect(identitiesOf(user).map(({ kind }) => kind)).to.deep.equal(['user', 'visitor'])
    const elsewhere = { ...user, visitorId: '0195a1b0-0000-7000-8000-000000000009' }
    expect(threadKeyOf(elsewhere)).to.equal(threadKeyOf(user))
    expect(actorOf(elsewhere).id).to.equal(actorOf(user).id)
  })

  it('has a name only when somebody vouches for it', () => {
    expect(senderOf(browser)).to.not.have.property('displayName')
    expect(senderOf(user)).to.include({ displayName: 'Ada' })
    expect(senderOf(user).attributes).to.deep.equal({ email: 'ada@example.com' })
  })

  it('listens under its own id, and a user under one per connection', () => {
    const identity = { kind: 'user', scope: '', value: 'u-17' }
    expect(participantId(browser.connectionId, identitiesOf(browser)[0])).to.equal(browser.visitorId)
    expect(participantId(browser.connectionId, identity)).to.equal(actorOf(user).id)
    expect(participantId('0195a1b0-0000-7000-8000-00000000000a', identity)).to.not.equal(actorOf(user).id)
  })

  it('comes back whole from the request actor', () => {
    expect(visitorOf(actorOf(browser))).to.deep.equal(browser)
    expect(visitorOf(actorOf(user))).to.deep.equal(user)
  })

  it('is nobody when the caller is no visitor', () => {
    expect(visitorOf(undefined)).to.equal(undefined)
    expect(visitorOf({ ...actorOf(browser), kind: 'api-key' })).to.equal(undefined)
  })
})
