import { expect } from 'chai'
import { ConsentKernel } from './consent-kernel.ts'

describe('unsubscribe links', function () {
  this.timeout(60_000)
  let consent: ConsentKernel
  let people = 0
  let name = ''
  let contactId = ''
  let path = ''

  before(async () => {
    consent = await ConsentKernel.start()
  })
  after(() => consent.stop())
  beforeEach(async () => {
    people += 1
    name = `+300${people}`
    contactId = await consent.person(name)
    path = await consent.link(contactId, name)
  })

  const ask = (url: string) => consent.inbox.test.inject({ method: 'GET', url, as: null })
  const post = (url: string, form: string) =>
    consent.inbox.test.inject({
      ...{ method: 'POST', url, as: null, payload: form },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  const wishes = async () =>
    (await consent.history(contactId))
      .filter(({ about }) => about === 'contact')
      .map(({ wish, means }) => `${wish} ${means}`)

  it('shows a page without scripts to whoever opens it, and changes nothing by that', async () => {
    const page = await ask(path)
    expect(page.status).to.equal(200)
    expect(page.text).to.include('<form method="post">').and.include('Unsubscribe').and.not.include('<script')
    expect(page.text).to.not.include(name)
    expect(page.headers['content-security-policy']).to.include("form-action 'self'")
    expect(await consent.history(contactId)).to.deep.equal([])
  })

  it('stops the purpose by the button of the page, and takes it back', async () => {
    const stopped = await post(path, 'wish=opt-out')
    expect([stopped.status, stopped.text.includes('You are unsubscribed')]).to.deep.equal([200, true])
    const back = await post(path, 'wish=opt-in')
    expect(back.text).to.include('You are subscribed again')
    expect(await wishes()).to.deep.equal(['opt-out link', 'opt-in link'])
  })

  it('stops at once when a mailbox posts List-Unsubscribe=One-Click, and says how that was known', async () => {
    expect((await post(path, 'List-Unsubscribe=One-Click')).status).to.equal(200)
    const [change] = await consent.history(contactId)
    expect(change).to.include({
      wish: 'opt-out',
      purpose: 'marketing',
      means: 'link',
      proof: 'one click in the mailbox',
    })
  })

  it('takes the one click as multipart/form-data too, and nothing that is no form', async () => {
    const form = new FormData()
    form.append('List-Unsubscribe', 'One-Click')
    const wire = new Response(form)
    const type = wire.headers.get('content-type') ?? ''
    const send = (payload: string | Buffer, contentType: string) =>
      consent.inbox.test.inject({
        method: 'POST',
        url: path,
        as: null,
        payload,
        headers: { 'content-type': contentType },
      })
    expect((await send('{"wish":"opt-out"}', 'application/json')).status).to.equal(415)
    expect((await send('no parts at all', type)).status).to.equal(415)
    expect(await wishes()).to.deep.equal([])
    expect((await send(Buffer.from(await wire.arrayBuffer()), type)).status).to.equal(200)
    expect(await wishes()).to.deep.equal(['opt-out link'])
  })

  it('answers a forged or cut link with a page that says so, and does nothing', async () => {
    const forged = `${path.slice(0, -3)}xyz`
    for (const answer of [await ask(forged), await post(forged, 'wish=opt-out'), await ask('/unsubscribe/nonsense')]) {
      expect(answer.status).to.equal(404)
      expect(answer.text).to.include('This link does not work')
    }
    expect(await wishes()).to.deep.equal([])
  })
})
