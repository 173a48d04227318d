import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { SMS } from '../../../adapters/twilio/product.ts'
import { ACCOUNT, ADA, NUMBER, type Office, openOffice } from './office.ts'

describe('a file at Twilio', () => {
  let office: Office
  let ref: string

  beforeEach(async () => {
    office = await openOffice(SMS)
    const sid = office.simulator
      .customer(ADA.value, NUMBER)
      .files([{ content: Buffer.from('a picture'), mimeType: 'image/png' }])
    const [path = ''] = [...office.simulator.state.files.keys()].filter((name) => name.includes(sid))
    ref = `${office.simulator.url}${path}`
  })

  afterEach(() => office.close())

  const fetch = (address: string | undefined, connection = office.connection) =>
    office.media.fetch({
      connection,
      media: { mimeType: 'image/jpeg', ...(address === undefined ? {} : { ref: address }) },
      signal: office.signal,
    })

  it("is fetched with the account's credential, which goes no further than Twilio; its type is what Twilio says", async () => {
    const fetched = await fetch(ref)
    if (!fetched.ok) throw new Error(fetched.detail)
    expect(fetched).to.include({ mimeType: 'image/png', bytes: 9 })
    expect(await text(fetched.content)).to.equal('a picture')
    const sent = office.simulator.requests
      .slice(-2)
      .map(({ path, headers }) => [path.startsWith('/_files'), headers.authorization])
    const basic = `Basic ${Buffer.from(`${ACCOUNT.sid}:${ACCOUNT.authToken}`).toString('base64')}`
    expect(sent).to.deep.equal([
      [false, basic],
      [true, undefined],
    ])
  })

  it('may be gone, refused, or out of reach', async () => {
    office.simulator.state.files.clear()
    expect(await fetch(ref)).to.include({ ok: false, failure: 'gone' })
    expect(await fetch(undefined)).to.include({ ok: false, failure: 'gone' })
    const secrets = { authToken: 'wrong' }
    expect(await fetch(ref, { ...office.connection, secrets })).to.include({ ok: false, failure: 'auth' })
    expect(await fetch(ref, { ...office.connection, secrets: {} })).to.include({ ok: false, failure: 'auth' })
    office.simulator.faults.add({ kind: 'drop', times: 1 })
    expect(await fetch(ref)).to.include({ ok: false, failure: 'retryable' })
  })

  it('is not fetched from anybody else: the credential would go there', async () => {
    const before = office.simulator.requests.length
    for (const address of [
      'https://evil.example/f',
      'http://api.twilio.com/f',
      'https://twilio.com.evil.example/f',
      'nonsense',
    ])
      expect(await fetch(address)).to.include({ ok: false, failure: 'retryable' })
    expect(office.simulator.requests).to.have.length(before)
  })

  it('that is too large is let go of', async () => {
    const small = await openOffice(SMS, { settings: { maxMediaBytes: 4, apiBaseUrl: office.simulator.url } })
    try {
      const media = { mimeType: 'image/png', ref }
      const fetched = await small.media.fetch({ connection: office.connection, media, signal: office.signal })
      expect(fetched).to.include({ ok: false, failure: 'too-large' })
    } finally {
      await small.close()
    }
  })
})
