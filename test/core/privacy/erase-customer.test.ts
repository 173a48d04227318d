import { expect } from 'chai'
import { strFromU8, unzipSync } from 'fflate'
import { BAKERY_NUMBER, Bakery } from './bakery.ts'

interface Shown {
  readonly id: string
  readonly status: string
  readonly steps: readonly { readonly plugin: string; readonly done: boolean; readonly fault: string | null }[]
}

interface Contact {
  readonly id: string
  readonly name: string
}

const ADA = {
  phone: '4915155500001',
  words: ['adelheid', 'quastenflosser', 'krummelgasse', 'quasten.example', 'zwetschgendatschi', 'passport-of-ada'],
  wrote: 'I am Adelheid Quastenflosser, Krummelgasse 17, mail ada@quasten.example: one Zwetschgendatschi please',
}
const BOB = { phone: '4915155500002', words: ['balthasar', 'brotzeit', 'passport-of-bob'] }

describe('a customer who wants to be forgotten', function () {
  this.timeout(120_000)
  let bakery: Bakery
  let ada: Contact
  let bob: Contact
  let bobSaid: unknown

  before(async () => {
    bakery = await Bakery.open()
    await talk(ADA.phone, 'Adelheid Quastenflosser', ADA.wrote, 'passport-of-ada')
    await talk(BOB.phone, 'Balthasar Bissig', 'Is there Brotzeit?', 'passport-of-bob')
    const { items } = await bakery.body<{ items: Contact[] }>('GET', '/api/contacts')
    ada = items.find(({ name }) => name.startsWith('Adelheid')) as Contact
    bob = items.find(({ name }) => name.startsWith('Balthasar')) as Contact
    const attributes = { email: 'ada@quasten.example', address: 'Krummelgasse 17' }
    await bakery.body('PATCH', `/api/contacts/${ada.id}`, { attributes })
    await bakery.settle()
  })
  after(() => bakery.close())

  /** Words, a file, an answer, a note, a reaction. */
  async function talk(phone: string, name: string, text: string, file: string): Promise<void> {
    const customer = bakery.simulator.customer(phone, BAKERY_NUMBER).named(name)
    customer.text(text)
    customer.file('document', Buffer.from(file), 'text/plain', { filename: `${file}.txt`, caption: text })
    await bakery.settle()
    const { items } = await bakery.body<{ items: { id: string; contact: Contact }[] }>('GET', '/api/conversations')
    const id = items.find(({ contact }) => contact.name === name)?.id
    const url = `/api/conversations/${id}/messages`
    await bakery.body('POST', url, { text: `Gladly, ${name}: ${text}` }, `answer-${phone}`)
    await bakery.body('POST', url, { text: `${name} wants it soon`, note: true }, `note-${phone}`)
    await bakery.settle()
    customer.react(customer.received[0]?.id ?? '', '🥨')
    await bakery.settle()
  }

  const request = (kind: string, contactId: string) => bakery.body('POST', '/api/privacy/requests', { kind, contactId })
  const done = async (id = ''): Promise<Shown> => {
    const end = Date.now() + 30_000
    for (;;) {
      await bakery.settle()
      const found = await bakery.body<Shown>('GET', `/api/privacy/requests/${id}`)
      if (found.status !== 'open' || Date.now() > end) return found
    }
  }
  const missing = (words: readonly string[], text: string) => words.filter((word) => !text.includes(word))
  const present = (words: readonly string[], text: string) => words.filter((word) => text.includes(word))

  it('is everywhere before: what is searched for can be found', async () => {
    const all = await bakery.everything()
    expect(missing([...ADA.words, ADA.phone, ...BOB.words, BOB.phone], all)).to.deep.equal([])
  })

  it('gets everything that is kept, with the files, by a link, and nothing of others', async () => {
    const { id } = await request('export', ada.id)
    expect(await done(id)).to.include({ status: 'done' })
    const { url } = await bakery.body('GET', `/api/privacy/requests/${id}/download`)
    const answer = await fetch(new URL(url ?? '', bakery.test.baseUrl))
    const files = unzipSync(new Uint8Array(await answer.arrayBuffer()))
    const text = Object.values(files)
      .map((one) => strFromU8(one))
      .join('\n')
      .toLowerCase()
    expect(missing([...ADA.words, ADA.phone, '🥨', 'wants it soon'], text)).to.deep.equal([])
    expect(present([...BOB.words, BOB.phone], text)).to.deep.equal([])
    for (const [name, content] of Object.entries(files))
      if (name.endsWith('.json')) expect(() => JSON.parse(strFromU8(content)), name).not.to.throw()
    const { items } = await bakery.body<{ items: { action: string; target: object }[] }>(
      'GET',
      '/api/admin/audit?kind=access',
    )
    expect(items[0]).to.deep.include({ action: 'privacy.export-fetched', target: { kind: 'contact', id: ada.id } })
  })

  /** The customer's conversation, word for word. */
  const conversationOf = async (name: string): Promise<unknown> => {
    const { items } = await bakery.body<{ items: { id: string; contact: Contact }[] }>('GET', '/api/conversations')
    const id = items.find(({ contact }) => contact.name === name)?.id
    return bakery.body('GET', `/api/conversations/${id}/messages`)
  }

  it('leaves no trace of name, address, phone or text in any table, file or log line', async () => {
    bobSaid = await conversationOf(bob.name)
    const { id } = await request('erase', ada.id)
    const found = await done(id)
    expect(found.steps.filter((one) => !one.done)).to.deep.equal([])
    expect(found.status).to.equal('done')
    const all = await bakery.everything()
    for (const word of [...ADA.words, ADA.phone]) {
      const at = all.indexOf(word)
      expect(at < 0 ? '' : all.slice(Math.max(0, at - 150), at + 100), word).to.equal('')
    }
  })

  it('is told to partners as gone', () => {
    const erased = bakery.told.filter((body) => body.includes('contact.erased.v1'))
    expect(erased).to.have.length(1)
    expect(erased[0]).to.include(ada.id)
  })

  it('leaves another customer’s data as it was', async () => {
    expect(missing([...BOB.words, BOB.phone], await bakery.everything())).to.deep.equal([])
    expect(await bakery.body('GET', `/api/contacts/${bob.id}`)).to.include({ name: 'Balthasar Bissig' })
    expect(await conversationOf(bob.name)).to.deep.equal(bobSaid)
    expect((await bakery.fileNames()).length, 'Bob’s file and its facts').to.be.greaterThan(0)
    const { intact } = await bakery.body<{ intact: boolean }>('GET', '/api/admin/audit/verification')
    expect(intact).to.equal(true)
  })

  it('is somebody new who writes again', async () => {
    bakery.simulator.customer(ADA.phone, BAKERY_NUMBER).named('A.').text('Hello?')
    await bakery.settle()
    const { items } = await bakery.body<{ items: Contact[] }>('GET', '/api/contacts')
    expect(items.map(({ id }) => id)).not.to.include(ada.id)
    expect(items).to.have.length(2)
  })
})
