import { randomUUID } from 'node:crypto'
import type { TestTenant } from '@parley/core/testing'
import { expect } from 'chai'
import { sign } from '../../../adapters/remote/simulator/signing.mjs'
import { RemoteHouse } from './kit.ts'
import { secretOf } from './vendor.ts'

const [OWN, OTHER] = [secretOf('endpoint of ours'), secretOf('endpoint of others')]

describe('a remote cannot', function () {
  this.timeout(60_000)
  let house: RemoteHouse
  let ours: TestTenant
  let theirs: TestTenant
  let other: { id: string; url: string }

  before(async () => {
    house = await RemoteHouse.open({
      accounts: ['line-1', 'line-2'],
      settings: { eventsPerMinute: 600, eventsBurst: 100 },
    })
    ours = await house.test.createTenant('ours')
    theirs = await house.test.createTenant('theirs')
    const own = await house.endpoint(ours.id, OWN)
    other = await house.endpoint(theirs.id, OTHER)
    await house.connect(ours, 'line-1', own.id)
    await house.connect(theirs, 'line-2', other.id)
    house.remote.hook = { url: own.url, secrets: [OWN] }
  })

  after(() => house.close())

  /** A minute later, so that no case uses up the rate of another. */
  beforeEach(() => house.clock.advance(60_000))

  const tell = async (...events: readonly object[]) => (await house.remote.tell(events)).body
  const idsOf = async (tenant: TestTenant) => (await house.events(tenant.id)).map(({ data }) => data.externalId)

  /** The one field that is refused of an event, whose neighbours are taken all the same. */
  async function refusal(more: object): Promise<unknown> {
    const [before, wrong, after] = [randomUUID(), randomUUID(), randomUUID()]
    const { accepted, refused } = await tell(
      house.message(before, 'line-1'),
      house.message(wrong, 'line-1', more),
      house.message(after, 'line-1'),
    )
    expect(accepted).to.equal(2)
    expect(await idsOf(ours))
      .to.include.members([before, after])
      .and.not.include(wrong)
    expect(refused).to.have.length(1)
    const [{ index, field, code }] = refused as [{ index: number; field: string; code: string }]
    expect(index).to.equal(1)
    return `${code} ${field}`
  }

  it('tell anything about an account of another tenant, or of nobody', async () => {
    const before = await house.events(theirs.id)
    expect(await refusal({ account: 'line-2' })).to.equal('account-unknown events.1.account')
    expect(await refusal({ account: 'line-9' })).to.equal('account-unknown events.1.account')
    expect(await house.events(theirs.id)).to.deep.equal(before)
  })

  it('call an endpoint of another with its own secret', async () => {
    const body = JSON.stringify({ protocol: '1.0', events: [house.message('forged', 'line-2')] })
    const headers = sign('msg_1', body, [OWN], house.clock.millis())
    const answer = await fetch(other.url, { method: 'POST', body, headers })
    expect(answer.status).to.equal(401)
    expect(await idsOf(theirs)).to.not.include('forged')
  })

  it('say which connection, channel or tenant it speaks for', async () => {
    for (const field of ['connectionId', 'channel', 'tenantId', 'tenantid'])
      expect(await refusal({ [field]: randomUUID() })).to.equal(`event-invalid events.1.${field}`)
  })

  it('publish events of other kinds than those of a channel', async () => {
    for (const type of ['channel.message.received.v1', 'message.sent.v1', 'tenant.removed.v1', 'constructor', 7, null])
      expect(await refusal({ type })).to.equal('event-type-unknown events.1.type')
  })

  it('vouch for people whom other channels know', async () => {
    for (const kind of ['phone', 'email', 'user', 'visitor', 'psid', 'remotes'])
      expect(await refusal({ sender: { identities: [{ kind, scope: '', value: '+4915112345678' }] } })).to.equal(
        'event-not-allowed events.1.sender.identities.0.kind',
      )
    const mixed = [
      { kind: 'remote-pager', scope: '', value: 'ada' },
      { kind: 'phone', scope: '', value: '+4915112345678' },
    ]
    expect(await refusal({ sender: { identities: mixed } })).to.equal(
      'event-not-allowed events.1.sender.identities.1.kind',
    )
  })

  it('name a file of ours', async () => {
    const media = { mimeType: 'image/png', objectKey: `${ours.id}/0197a000` }
    expect(await refusal({ content: { kind: 'image', media } })).to.equal(
      'event-not-allowed events.1.content.media.objectKey',
    )
    const mail = { kind: 'email', subject: 's', text: 't', attachments: [media] }
    expect(await refusal({ content: mail })).to.equal('event-not-allowed events.1.content.attachments.0.objectKey')
  })

  it('write from the future, or deeper than anybody reads', async () => {
    const occurredAt = new Date(house.clock.millis() + 3_600_000).toISOString()
    expect(await refusal({ occurredAt })).to.equal('event-not-allowed events.1.occurredAt')
    let deep: object = {}
    for (let level = 0; level < 40; level += 1) deep = { deep }
    expect(await refusal({ extra: deep })).to.equal('event-invalid events.1')
    const text = `{"protocol":"1.0","events":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}`
    const headers = sign('msg_deep', text, [OTHER], house.clock.millis())
    const answer = await fetch(other.url, { method: 'POST', body: text, headers })
    expect(await answer.json()).to.deep.include({ accepted: 0 })
  })

  it('have a batch taken that is none, speaks another protocol or holds too much', async () => {
    const answered = async (body: unknown, more = '') => {
      const text = JSON.stringify(body) + more
      const headers = sign('msg_2', text, [OWN], house.clock.millis())
      const url = (await house.endpoint(ours.id, OWN)).url
      const answer = await fetch(url, { method: 'POST', body: text, headers })
      return `${answer.status} ${((await answer.json()) as { field?: string }).field}`
    }
    expect(await answered({ protocol: '2.0', events: [] })).to.equal('400 protocol')
    expect(await answered({ protocol: '1.7', events: [] })).to.equal('200 undefined')
    expect(await answered({ protocol: '1.0', events: Array(101).fill({}) })).to.equal('400 events')
    expect(await answered({ protocol: '1.0', events: [] }, ' '.repeat(1024 * 1024))).to.equal('413 undefined')
  })

  it('bring more than its rate, nor use up that of another', async () => {
    const batch = (name: string) =>
      Array.from({ length: 100 }, (_, index) => house.message(`${name}-${index}`, 'line-1'))
    expect(await tell(...batch('within'))).to.include({ accepted: 100 })
    const tooMuch = await house.remote.tell(batch('beyond'))
    expect(tooMuch).to.have.property('status', 429)
    expect((await idsOf(ours)).filter((id) => String(id).startsWith('beyond'))).to.deep.equal([])
    house.remote.hook = { url: other.url, secrets: [OTHER] }
    expect(await tell(house.message('of the other', 'line-2'))).to.include({ accepted: 1 })
    house.clock.advance(10_000)
    const again = await house.endpoint(ours.id, OWN)
    house.remote.hook = { url: again.url, secrets: [OWN] }
    expect((await house.remote.tell([house.message('unconnected', 'line-1')])).body).to.include({ accepted: 0 })
  })

  it('have an old call taken again after five minutes, and within them it changes nothing', async () => {
    const url = (await house.endpoint(theirs.id, OTHER)).url
    const body = JSON.stringify({ protocol: '1.0', events: [] })
    const headers = sign('msg_3', body, [OTHER], house.clock.millis())
    const status = async () => (await fetch(url, { method: 'POST', body, headers })).status
    expect([await status(), await status()]).to.deep.equal([200, 200])
    house.clock.advance(302_000)
    expect(await status()).to.equal(401)
  })
})
