import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import { type ContactsDatabase, contactsDatabase } from './contacts-database.ts'

describe('searching contacts', () => {
  let db: ContactsDatabase
  const names = new Map<string, string>()
  const search = async (query: string) => {
    const ids = await db.database.transaction(db.tenantId, (uow) => db.directory.search(uow, query, 10))
    return ids.map((id) => names.get(id)).sort()
  }

  before(async () => {
    db = await contactsDatabase()
    const people = [
      ['Zoë Müller', 'phone', '+4915112345678'],
      ['Zoe Smith', 'email', 'zoe.smith@example.org'],
      ['Иван Петров', 'phone', '+79161234567'],
      ['王小明', 'phone', '+8613800138000'],
    ]
    await db.database.transaction(db.tenantId, async (uow) => {
      const senders = people.map(([displayName = '', kind = '', value = '']) => ({
        identities: [{ kind, scope: '', value }],
        displayName,
      }))
      for (const contact of await db.directory.resolve(uow, senders)) names.set(contact.id, contact.name)
    })
  })
  after(() => db.drop())

  it('finds the beginnings of words, whatever the case and the accents', async () => {
    expect(await search('zoe')).to.deep.equal(['Zoe Smith', 'Zoë Müller'])
    expect(await search('MULL zo')).to.deep.equal(['Zoë Müller'])
    expect(await search('петр')).to.deep.equal(['Иван Петров'])
    expect(await search('王')).to.deep.equal(['王小明'])
    expect(await search('uller')).to.deep.equal([])
  })

  it('finds addresses by their parts and numbers by any tail of at least four digits', async () => {
    expect(await search('zoe.smith@exam')).to.deep.equal(['Zoe Smith'])
    expect(await search('+49 151 123')).to.deep.equal(['Zoë Müller'])
    expect(await search('0151 12345678')).to.deep.equal(['Zoë Müller'])
    expect(await search('5678')).to.deep.equal(['Zoë Müller'])
  })

  it('takes signs of the query language for what they are', async () => {
    expect(await search("o'neil & | ! :* <-> ( \\")).to.deep.equal([])
    expect(await search('&')).to.deep.equal([])
    expect(await search('')).to.deep.equal([])
  })

  it("never finds another tenant's people, even by a mark of its own making", async () => {
    const found = await db.database.transaction(uuidv7(), (uow) => db.directory.search(uow, 'zoe', 10))
    expect(found).to.deep.equal([])
    const query = `'~${db.tenantId.replaceAll('-', '')}'`
    const rows = await db.database.transaction(uuidv7(), (uow) =>
      uow.trx.raw('select * from contacts.search_contacts(?, 10)', [query]),
    )
    expect(rows.rows).to.deep.equal([])
  })
})
