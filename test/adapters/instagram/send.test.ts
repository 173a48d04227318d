import { expect } from 'chai'
import { ACCOUNT, openInstagram, type Shop } from '../meta/platform/shop.ts'

const hello = { kind: 'text', text: 'Moin' } as const
const PAGE = '660000000000009'
const signal = () => AbortSignal.timeout(5_000)

describe('sending on Instagram', () => {
  let shop: Shop
  afterEach(() => shop.close())

  describe('with Instagram Login', () => {
    beforeEach(async () => {
      shop = await openInstagram({ settings: { publicUrl: 'https://parley.example' } })
      shop.customer.text('Haben Sie offen?')
    })

    it('sends from the account itself, and gives nothing along that would not come back', async () => {
      expect(await shop.send(hello)).to.include({ ok: true })
      expect(shop.simulator.requests.at(-1)?.path).to.equal(`/v25.0/${ACCOUNT}/messages`)
      expect(shop.sent()).to.have.deep.property('message', { text: 'Moin' })
    })

    it('counts a text in bytes', async () => {
      expect(await shop.send({ kind: 'text', text: 'ü'.repeat(500) })).to.include({ ok: true })
      expect(await shop.send({ kind: 'text', text: 'ü'.repeat(501) })).to.include({ code: 'parley.too-long' })
    })

    it('lets Meta fetch a file from us, where the installation has an address', async () => {
      shop.store.files.set('k', { mimeType: 'image/png', content: Buffer.from('png') })
      expect(await shop.send({ kind: 'image', media: { objectKey: 'k' } })).to.include({ ok: true })
      expect(shop.sent()).to.have.nested.property(
        'message.attachment.payload.url',
        'https://parley.example/api/files/k',
      )
      const word = { objectKey: 'k', mimeType: 'application/msword' }
      expect(await shop.send({ kind: 'document', media: word })).to.include({ code: 'parley.no-type' })
      const hidden = await openInstagram({ simulator: { enforceWindow: false } })
      expect(await hidden.send({ kind: 'image', media: { objectKey: 'k' } })).to.include({
        code: 'parley.no-public-url',
      })
      await hidden.close()
    })

    it('reacts with the heart and takes it back, and with nothing else', async () => {
      expect(await shop.send({ kind: 'reaction', emoji: '❤️', target: 'm_1#2' })).to.include({ ok: true })
      expect(shop.sent()).to.deep.include({ sender_action: 'react', payload: { message_id: 'm_1', reaction: 'love' } })
      expect(await shop.send({ kind: 'reaction', emoji: null, target: 'm_1' })).to.include({ ok: true })
      expect(await shop.send({ kind: 'reaction', emoji: '👍', target: 'm_1' })).to.include({
        code: 'parley.no-reaction',
      })
      expect(await shop.send({ kind: 'reaction', emoji: '❤️', target: 'postback:x' })).to.include({
        code: 'parley.no-target',
      })
    })

    it('sends quick replies, buttons and cards, and no media template', async () => {
      const frame = { kind: 'interactive', text: 'Brot?' } as const
      const buttons = [{ id: 'a', title: 'Roggen' }]
      expect(await shop.send({ ...frame, buttons })).to.include({ ok: true })
      expect(await shop.send({ ...frame, list: { button: 'b', sections: [{ rows: buttons }] } })).to.include({
        ok: true,
      })
      expect(await shop.send({ ...frame, cards: [{ title: 'Roggen', subtitle: '1 kg' }] })).to.include({ ok: true })
      const card = { media: { link: 'https://b.example/x.jpg' } }
      expect(await shop.send({ ...frame, cards: [card] })).to.include({ code: 'parley.no-media-template' })
    })

    it('names a closed window by Instagram’s own code', async () => {
      shop.clock.advance(25 * 3_600_000)
      expect(await shop.send(hello)).to.include({ failure: 'window', code: '10' })
    })

    it('knows the account by the id that webhooks name, not by the other', async () => {
      expect(await shop.channel.test(shop.connection, signal())).to.deep.equal({ ok: true, title: 'Bakery @bakery' })
      const other = { ...shop.connection, externalId: `9${ACCOUNT}` }
      expect(await shop.channel.test(other, signal())).to.include({ ok: false })
    })
  })

  describe('with Facebook Login', () => {
    const settings = { login: 'facebook', pageId: PAGE }
    const account = { login: 'facebook', pageId: PAGE } as const

    it('sends through whatever the page’s token opens, which must be this account', async () => {
      shop = await openInstagram({ account, connection: { settings } })
      shop.customer.text('Moin')
      expect(await shop.send(hello)).to.include({ ok: true })
      expect(shop.simulator.requests.at(-1)?.path).to.equal('/v25.0/me/messages')
      expect(await shop.channel.test(shop.connection, signal())).to.deep.equal({ ok: true, title: 'Bakery @bakery' })
      shop.simulator.addAccount({ id: '178', name: 'Butcher', accessToken: 'EAAother', ...account, pageId: '7' })
      const stolen = { ...shop.connection, secrets: { accessToken: 'EAAother' } }
      expect(await shop.channel.test(stolen, signal())).to.include({ ok: false })
    })
  })
})
