import type { SendRefusal } from '@parley/core'
import { expect } from 'chai'
import { ConsentKernel } from './consent-kernel.ts'
import { consentProbe } from './port-probe/held.ts'

describe('consent at the gate of sends', function () {
  this.timeout(60_000)
  let consent: ConsentKernel
  let people = 0
  let name = ''
  let contactId = ''

  before(async () => {
    consent = await ConsentKernel.start()
  })
  after(() => consent.stop())
  beforeEach(async () => {
    consent.clock.set('2026-01-05T08:00:00.000Z')
    people += 1
    name = `+100${people}`
    contactId = await consent.person(name)
    consentProbe.heard.splice(0)
  })

  const prefer = (purpose: 'marketing' | 'all', wish: 'stop' | 'resume') =>
    consent.inbox.receive(consent.inbox.on.preference(name, purpose, wish))
  const answer = async () => {
    const { status, body } = await consent.inbox.send({ text: 'hi' })
    return status === 201 ? 'sent' : (body as { code: string; detail: string })
  }
  /** As a plugin sends: a campaign, a reminder. */
  const sendFor = async (purpose: string): Promise<SendRefusal | 'sent'> => {
    const { kernel, tenantId } = consent.inbox.test
    const conversationId = await consent.inbox.newest()
    const content = { kind: 'text', text: 'news' } as const
    const author = { kind: 'system', id: 'campaign' } as const
    const [result] = await kernel.database.transaction(
      tenantId,
      async (uow) => consentProbe.messenger?.send(uow, [{ conversationId, content, author, purpose }]) ?? [],
    )
    return result?.ok === false ? result.reason : 'sent'
  }

  it('refuses the agent after a STOP on the channel, and says how it is known; a START lifts it', async () => {
    await prefer('all', 'stop')
    expect(await answer()).to.include({
      code: 'inbox.opted-out',
      detail: 'This person asked not to be written to (on the channel itself).',
    })
    const { sendability } = await consent.inbox.conversation()
    expect(sendability).to.deep.include({ open: false, allowed: [], reasons: ['opted-out'] })
    await prefer('all', 'resume')
    expect(await answer()).to.equal('sent')
    const history = await consent.history(contactId)
    expect(history.map(({ wish, means, by }) => [wish, means, by.kind])).to.deep.equal([
      ['opt-out', 'channel', 'contact'],
      ['opt-in', 'channel', 'contact'],
    ])
    expect(history[0]?.eventId).to.match(/^[0-9a-f-]{36}$/)
    expect(consentProbe.heard.map(({ wish }) => wish)).to.deep.equal(['opt-out', 'opt-in'])
  })

  it('keeps the bot silent after a STOP, until a START', async () => {
    await consent.inbox.settings({ keywords: [{ words: ['price'], answer: 'Ten.' }] })
    consent.clock.advance(1100)
    const ask = async (id: string) => {
      await consent.inbox.receive(consent.inbox.on.message(name, `${id}-${name}`, 'price?'))
      return (await consent.inbox.transcript()).filter((line) => line.includes('Ten.')).length
    }
    await consent.put(contactId, { purpose: 'all', wish: 'opt-out' })
    expect(await ask('stopped')).to.equal(0)
    await prefer('all', 'resume')
    expect(await ask('started')).to.equal(1)
    await consent.inbox.settings({ keywords: [] })
  })

  it('gives back what was written before a STOP and had to wait until after it', async () => {
    consent.inbox.vendor.answer({
      ok: false,
      failure: 'throttled',
      code: '1',
      detail: 'slow down',
      retryAfterMs: 60_000,
    })
    expect(await answer()).to.equal('sent')
    await consent.inbox.test.drain()
    await prefer('all', 'stop')
    consent.clock.advance(60_001)
    await consent.inbox.test.drain()
    const message = (await consent.inbox.messages()).at(-1)
    expect(message).to.deep.include({ status: 'failed' })
    expect(message?.error).to.include({ reason: 'opted-out' })
  })

  it('lets a person who stopped marketing be answered, and sent what is no marketing', async () => {
    await prefer('marketing', 'stop')
    expect(await answer()).to.equal('sent')
    expect(await sendFor('marketing')).to.equal('opted-out')
    expect(await sendFor('conversation')).to.equal('sent')
  })

  it('holds what an agent writes down, on every channel, until the person says otherwise on one', async () => {
    expect((await consent.put(contactId, { purpose: 'all', wish: 'opt-out' })).status).to.equal(200)
    expect(await answer()).to.include({ detail: 'This person asked not to be written to (told by the API).' })
    await prefer('all', 'resume')
    expect(await answer()).to.equal('sent')
  })

  it('lets an agreement told to an agent lift a STOP that was said before it, and no STOP that was said after', async () => {
    await prefer('all', 'stop')
    consent.clock.set('2026-01-05T10:00:00.000Z')
    await consent.put(contactId, { purpose: 'all', wish: 'opt-in' })
    expect(await answer()).to.equal('sent')
    const old = await consent.put(contactId, {
      purpose: 'all',
      wish: 'opt-out',
      occurredAt: '2026-01-05T07:00:00.000Z',
    })
    expect(old.status, old.text).to.equal(200)
    expect(await answer(), 'an older word does not count').to.equal('sent')
    expect(await consent.history(contactId)).to.have.length(4)
  })

  it('writes for a purpose that needs an agreement only to people who agreed', async () => {
    const { kernel, tenantId } = consent.inbox.test
    const purposes = [{ key: 'newsletter', title: 'Our newsletter', agreedOnly: true }]
    await kernel.settingsFor('consent').update(tenantId, { purposes })
    expect(await sendFor('newsletter')).to.equal('not-opted-in')
    await consent.put(contactId, { purpose: 'newsletter', wish: 'opt-in', channel: 'test' })
    expect(await sendFor('newsletter')).to.equal('sent')
    await consent.put(contactId, { purpose: 'newsletter', wish: 'opt-out' })
    expect(await sendFor('newsletter')).to.equal('opted-out')
    expect(await sendFor('marketing')).to.equal('sent')
  })

  it('keeps the strictest wish of two who are merged, and gives each its own back', async () => {
    const other = await consent.person(`+200${people}`)
    await consent.put(contactId, { purpose: 'all', wish: 'opt-out' })
    expect(await answer(), 'the other one, before').to.equal('sent')
    const mergeId = await consent.merge(contactId, other)
    expect(await answer()).to.include({ code: 'inbox.opted-out' })
    await consent.unmerge(mergeId)
    expect(await answer()).to.equal('sent')
    const { items } = await consent.inbox.get<{ items: { contactId: string }[] }>(
      `/api/consent?wish=opt-out&contactId=${contactId}`,
    )
    expect(items).to.have.length(1)
  })

  it('lets a STOP said while merged go with its address when the merge is taken back', async () => {
    const other = `+200${people}`
    const target = await consent.person(other)
    const mergeId = await consent.merge(contactId, target)
    await prefer('all', 'stop')
    expect(await answer()).to.include({ code: 'inbox.opted-out' })
    await consent.unmerge(mergeId)
    expect(await answer(), 'the other one again').to.equal('sent')
    const { standings } = await consent.inbox.get<{ standings: object[] }>(`/api/contacts/${contactId}/consent`)
    expect(standings).to.have.length(1)
  })
})
