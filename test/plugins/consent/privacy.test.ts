import { expect } from 'chai'
import { ConsentKernel } from './consent-kernel.ts'

interface Request {
  readonly id: string
  readonly status: string
}

describe('what is kept about wishes', function () {
  this.timeout(60_000)
  let consent: ConsentKernel

  before(async () => {
    consent = await ConsentKernel.start()
  })
  after(() => consent.stop())

  const erase = async (contactId: string) => {
    const { body } = await consent.inbox.call('POST', '/api/privacy/requests', { kind: 'erase', contactId })
    const { id } = body as Request
    await consent.inbox.until(async () => {
      await consent.inbox.test.drain()
      return (await consent.inbox.get<Request>(`/api/privacy/requests/${id}`)).status === 'done'
    }, 'the erasure')
  }
  const code = async () => ((await consent.inbox.send({ text: 'hi' })).body as { code?: string }).code
  const standings = () =>
    consent.inbox.rows<{ subject: string; contact_id: string | null }>('select * from consent.standing')

  it('goes with the person; the address of somebody who objected is still not written to when it comes again', async () => {
    const contactId = await consent.person('+4915100400')
    const letter = { proof: 'a letter from Ada', occurredAt: '2026-01-05T07:00:00.000Z' }
    await consent.put(contactId, { purpose: 'all', wish: 'opt-out', ...letter })
    await erase(contactId)
    expect(await consent.inbox.rows('select * from consent.change')).to.deep.equal([])
    const left = await standings()
    expect(left.map(({ contact_id }) => contact_id)).to.deep.equal([null])
    expect(JSON.stringify(left)).to.not.include('15100400').and.not.include(contactId)
    const again = await consent.person('+4915100400')
    expect(again).to.not.equal(contactId)
    expect(await code()).to.equal('inbox.opted-out')
    await consent.inbox.receive(consent.inbox.on.preference('+4915100400', 'all', 'resume'))
    expect(await code(), 'only the person may lift it').to.equal(undefined)
  })

  it('keeps the stop that was said on the channel, and nothing of an agreement', async () => {
    const [stopped, agreed] = [await consent.person('+4915100401'), await consent.person('+4915100402')]
    await consent.inbox.receive(consent.inbox.on.preference('+4915100401', 'marketing', 'stop'))
    await consent.inbox.receive(consent.inbox.on.preference('+4915100402', 'marketing', 'resume'))
    const before = (await standings()).length
    for (const id of [stopped, agreed]) await erase(id)
    const left = await standings()
    expect(left).to.have.length(before - 1)
    expect(JSON.stringify(left)).to.not.include(stopped).and.not.include(agreed)
  })
})
