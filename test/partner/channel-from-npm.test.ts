import { expect } from 'chai'
import { type Installation, installPartnerPackage, PACKAGE_NAME } from './install.ts'
import { LINE, OTHER_LINE, PagewireOffice } from './pagewire-office.ts'

const ADA = '55010001'
const BEN = '55010002'

describe('a channel that a partner published, installed by npm', function () {
  this.timeout(30_000)
  let installation: Installation
  let office: PagewireOffice

  before(async function () {
    this.timeout(90_000)
    installation = await installPartnerPackage()
    office = await PagewireOffice.open(installation.root)
  })

  after(async () => {
    await office?.close()
    await installation?.remove()
  })

  it('stands among the plugins with its version, started', async () => {
    const { items } = await office.call<{ items: readonly { id: string }[] }>('GET', '/api/admin/plugins')
    const own = items.find(({ id }) => id === PACKAGE_NAME)
    expect(own).to.include({ state: 'started', reason: '', version: '1.2.0', kind: 'adapter' })
    expect(own).to.deep.include({ providers: ['channel@1', 'channel-media@1'] })
  })

  it('takes a signed webhook into a conversation, answers it, and follows what became of the answer', async () => {
    const conversation = await office.opened(ADA, 'Is the front desk open?')
    await office.answer(conversation, { text: 'Until eight.' })
    const [page] = office.simulator.pages
    expect(page).to.include({ line: LINE.line, to: ADA, text: 'Until eight.' })
    if (page === undefined) throw new Error('nothing arrived')
    const [question, sent] = await office.messages(conversation)
    expect(question).to.include({ direction: 'in', kind: 'text', text: 'Is the front desk open?' })
    expect(sent).to.include({ direction: 'out', status: 'sent', externalId: page.id, id: page.reference })
    for (const status of ['delivered', 'accepted', 'read']) {
      expect(await office.webhook(office.simulator.statusOf(page, status))).to.equal(200)
    }
    expect((await office.messages(conversation))[1]).to.include({ status: 'read' })
  })

  it('fetches the file that a pager sent, and takes one of ours to a pager', async () => {
    const gif = Buffer.from('GIF89a and so on')
    const media = { id: office.simulator.keep({ content: gif, mimeType: 'image/gif' }), type: 'picture' }
    const message = { id: 'msg_picture', from: BEN, text: 'The leak', media: { ...media, mime_type: 'image/gif' } }
    await office.webhook({ type: 'message.received', message })
    const conversation = await office.conversationOf('The leak')
    const [picture] = await office.messages(conversation)
    expect(picture).to.include({ kind: 'image', text: 'The leak' })
    expect(picture?.attachments[0]).to.include({ state: 'stored' })
    expect((await office.kernel.inject({ url: picture?.attachments[0]?.url ?? '' })).text).to.equal(gif.toString())

    const { objectKey } = await upload(office, new Blob([gif], { type: 'image/gif' }))
    await office.answer(conversation, { media: { kind: 'image', objectKey, text: 'This one?' } })
    const page = office.simulator.pages.at(-1)
    expect(page).to.include({ to: BEN, text: 'This one?' })
    expect(office.simulator.fileOf(String(page?.media?.id))).to.deep.equal({ content: gif, mimeType: 'image/gif' })
  })

  it('says why a message failed, also when the vendor only learns it later', async () => {
    const conversation = await office.opened('55010003', 'Please call')
    await office.answer(conversation, { text: 'Who?' })
    const page = office.simulator.pages.at(-1)
    if (page === undefined) throw new Error('nothing arrived')
    await office.webhook(office.simulator.statusOf(page, 'failed'))
    const [, failed] = await office.messages(conversation)
    expect(failed).to.include({ status: 'failed' })
    expect(failed?.error).to.include({ code: 'pager_off' })
  })

  it('keeps content of a kind that it does not know where an agent sees it', async () => {
    const conversation = await office.opened('55010004', 'Listen')
    const message = { id: 'msg_smell', from: '55010004', media: { id: 'file_9', type: 'smell' } }
    expect(await office.webhook({ type: 'message.received', message })).to.equal(200)
    expect((await office.messages(conversation))[1]).to.include({ kind: 'unsupported' })
  })

  it('refuses a rightly signed call that is older than it tolerates', async () => {
    const hour = 60 * 60 * 1000
    const { simulator } = office
    const event = { line: LINE.line, type: 'message.received', message: { id: 'msg_old', from: ADA, text: 'Old' } }
    expect(await office.post(simulator.webhook([event], Date.now() - hour))).to.equal(401)
    expect(await office.post(simulator.webhook([event], Date.now() + hour))).to.equal(401)
    expect(await office.post(simulator.webhook([event]))).to.equal(200)
  })

  it('confirms an account only to who holds its key', async () => {
    const { connections } = office.kernel.kernel
    const endpoint = await connections.createEndpoint({
      adapter: PACKAGE_NAME,
      tenantId: null,
      secrets: { signingSecret: 'shared by many tenants' },
    })
    const connect = (apiKey: string) => {
      const payload = { provider: PACKAGE_NAME, externalId: OTHER_LINE.line, name: 'Night', endpointId: endpoint.id }
      return office.kernel.inject({
        method: 'POST',
        url: '/api/connections',
        payload: { ...payload, secrets: { apiKey } },
      })
    }
    const refused = await connect(LINE.apiKey)
    expect(refused.status).to.equal(422)
    expect(refused.text).to.not.contain(LINE.apiKey)
    expect((await connect(OTHER_LINE.apiKey)).status).to.equal(201)
  })
})

/** As an agent's page does it. */
async function upload({ kernel }: PagewireOffice, file: Blob): Promise<{ objectKey: string }> {
  const body = new FormData()
  body.append('file', file, 'leak.gif')
  const headers = { authorization: `Bearer ${kernel.apiKey}` }
  const answer = await fetch(`${kernel.baseUrl}/api/attachments`, { method: 'POST', body, headers })
  if (answer.status !== 201) throw new Error(`the upload answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as { objectKey: string }
}
