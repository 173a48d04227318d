import { text as readText } from 'node:stream/consumers'
import { expect } from 'chai'
import { ADA, type Bakery, connection, openBakery, toAda } from './bakery.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

describe('media, receipts and templates of WhatsApp', () => {
  let bakery: Bakery
  const signal = () => AbortSignal.timeout(10_000)
  const fetch = (ref: string, of = connection()) =>
    bakery.media.fetch({ connection: of, media: { mimeType: 'image/jpeg', ref }, signal: signal() })
  /** The id of a file that Ada sent. */
  function sentByAda(content: string): string {
    bakery.simulator.customer(ADA).image(Buffer.from(content))
    return [...bakery.simulator.state.media.keys()].at(-1) ?? ''
  }

  beforeEach(async () => {
    bakery = await openBakery()
  })
  afterEach(() => bakery.close())

  it('fetches a file in two steps, with the token in both', async () => {
    const file = await fetch(sentByAda('jpeg bytes'))
    if (!file.ok) throw new Error(file.detail)
    expect(file).to.include({ mimeType: 'image/jpeg', bytes: 10 })
    expect(await readText(file.content)).to.equal('jpeg bytes')
    const paths = bakery.simulator.requests.map((call) => [
      call.path.slice(0, 8),
      call.headers.authorization !== undefined,
    ])
    expect(paths.slice(-2).map(([, authorized]) => authorized)).to.deep.equal([true, true])
  })

  it('asks for a fresh address when the first one died on the way', async () => {
    const id = sentByAda('late')
    bakery.simulator.faults.add({ kind: 'fail', status: 404, path: '/_media/', times: 1 })
    const file = await fetch(id)
    expect(file).to.include({ ok: true })
    if (file.ok) expect(await readText(file.content)).to.equal('late')
  })

  it('knows a file that the vendor no longer has as gone', async () => {
    const id = sentByAda('old')
    bakery.clock.advance(31 * DAY)
    expect(await fetch(id)).to.include({ ok: false, failure: 'gone' })
    expect(await fetch('12345')).to.include({ ok: false, failure: 'gone' })
    bakery.simulator.faults.add({ kind: 'fail', status: 404, path: '/_media/', times: 2 })
    expect(await fetch(sentByAda('twice dead'))).to.include({ ok: false, failure: 'gone' })
  })

  it('tells a wrong token from a passing fault', async () => {
    const id = sentByAda('x')
    expect(await fetch(id, connection({ secrets: { accessToken: 'wrong' } }))).to.include({ failure: 'auth' })
    bakery.simulator.faults.add({ kind: 'fail', code: 131016, times: 1 })
    expect(await fetch(id)).to.include({ failure: 'retryable' })
    bakery.simulator.faults.add({ kind: 'drop', path: '/_media/', times: 1 })
    expect(await fetch(id)).to.include({ failure: 'retryable' })
  })

  it('fetches nothing that is too large', async () => {
    const small = await openBakery({ settings: { maxMediaBytes: 4 } })
    try {
      small.simulator.customer(ADA).image(Buffer.from('five!'))
      const ref = [...small.simulator.state.media.keys()].at(-1) ?? ''
      const file = await small.media.fetch({
        connection: connection(),
        media: { mimeType: 'image/jpeg', ref },
        signal: signal(),
      })
      expect(file).to.include({ ok: false, failure: 'too-large' })
    } finally {
      await small.close()
    }
  })

  it('marks a message read, and shows that somebody types', async () => {
    const mark = { connection: connection(), externalId: 'wamid.IN', typing: true, to: toAda, signal: signal() }
    expect(await bakery.receipts.markRead(mark)).to.deep.equal({ ok: true, externalId: 'wamid.IN' })
    expect(bakery.simulator.state.reads).to.deep.equal(['wamid.IN'])
    expect(JSON.parse(bakery.simulator.requests.at(-1)?.body.toString() ?? '')).to.deep.equal({
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: 'wamid.IN',
      typing_indicator: { type: 'text' },
    })
    const wrong = connection({ secrets: { accessToken: 'wrong' } })
    expect(await bakery.receipts.markRead({ ...mark, connection: wrong })).to.include({ ok: false, failure: 'auth' })
  })

  it('lists all templates, page by page', async () => {
    const paged = await openBakery({ settings: { templatesPerPage: 3 } })
    try {
      const names = Array.from({ length: 8 }, (_, index) => `template_${index}`)
      paged.simulator.state.templates.set(
        '304050607080901',
        names.map((name, index) => ({
          id: `${index}`,
          name,
          language: 'de',
          category: 'UTILITY',
          status: 'APPROVED',
          components: [],
        })),
      )
      const list = await paged.templates.list({ connection: connection(), signal: signal() })
      if (!list.ok) throw new Error(list.detail)
      expect(list.templates.map((template) => template.name)).to.deep.equal(names)
      expect(list.templates[0]).to.deep.equal({
        externalId: '0',
        name: 'template_0',
        language: 'de',
        category: 'utility',
        status: 'approved',
        components: [],
      })
      expect(paged.simulator.requests).to.have.length(3)
    } finally {
      await paged.close()
    }
  })

  it('says what is missing or wrong when templates cannot be listed', async () => {
    const list = (of: ReturnType<typeof connection>) => bakery.templates.list({ connection: of, signal: signal() })
    expect(await list(connection({ settings: {} }))).to.include({ ok: false, failure: 'auth' })
    expect(await list(connection({ secrets: { accessToken: 'wrong' } }))).to.include({ ok: false, failure: 'auth' })
    bakery.simulator.faults.add({ kind: 'fail', code: 2, times: 1 })
    expect(await list(connection())).to.include({ ok: false, failure: 'retryable' })
  })
})
