import type { Identity, Sender } from '@parley/core'
import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import { type ContactsDatabase, contactsDatabase } from './contacts-database.ts'

const phone = (value: string): Identity => ({ kind: 'phone', scope: '', value })
const bsuid = (value: string, scope = 'portfolio-1'): Identity => ({ kind: 'bsuid', scope, value })
const from = (identities: Identity[], extra: Partial<Sender> = {}): Sender => ({ identities, ...extra })

describe('resolving contacts', () => {
  let db: ContactsDatabase
  const resolve = (...senders: Sender[]) =>
    db.database.transaction(db.tenantId, (uow) => db.directory.resolve(uow, senders))
  const find = (...ids: string[]) => db.database.transaction(db.tenantId, (uow) => db.directory.find(uow, ids))
  const suggestions = () =>
    db.database.transaction(db.tenantId, (uow) =>
      uow.trx('contacts.merge_suggestion').select('first_id', 'second_id', 'reason'),
    )

  beforeEach(async () => {
    db = await contactsDatabase()
  })
  afterEach(() => db.drop())

  it('makes a contact for a new identity, once, and says so', async () => {
    const [first] = await resolve(from([phone('+491511')], { displayName: 'Ada' }))
    const [again] = await resolve(from([phone('+491511')], { displayName: 'Someone else' }))
    expect(first).to.include({ name: 'Ada', blocked: false })
    expect(again).to.deep.equal(first)
    expect(db.published).to.deep.equal([{ type: 'contact.created.v1', data: { contactId: first?.id } }])
  })

  it('answers a batch in order, with one contact for one person in it', async () => {
    const [a, b, c, d] = await resolve(
      from([phone('+1')], { displayName: 'A' }),
      from([phone('+2')], { displayName: 'B' }),
      from([phone('+1')]),
      from([phone('+2')]),
    )
    expect([a?.name, b?.name]).to.deep.equal(['A', 'B'])
    expect([c?.id, d?.id]).to.deep.equal([a?.id, b?.id])
  })

  it('takes one round trip when everybody is known, two when somebody is new', async () => {
    const count = (senders: Sender[]) =>
      db.database.transaction(db.tenantId, async (uow) => {
        let queries = 0
        uow.trx.on('query', () => queries++)
        await db.directory.resolve(uow, senders)
        return queries
      })
    const senders = Array.from({ length: 50 }, (_, index) => from([phone(`+49${index}`)]))
    expect(await count(senders)).to.equal(2)
    expect(await count(senders)).to.equal(1)
  })

  it('attaches a second identity that comes along, and finds the person by it alone', async () => {
    const [known] = await resolve(from([phone('+491511')]))
    const [both] = await resolve(from([phone('+491511'), bsuid('US.1')]))
    const [later] = await resolve(from([bsuid('US.1')]))
    expect([both?.id, later?.id]).to.deep.equal([known?.id, known?.id])
    const [contact] = await find(known?.id ?? '')
    expect(contact?.identities).to.have.deep.members([phone('+491511'), bsuid('US.1')])
  })

  it('keeps the same business-scoped id of two portfolios apart', async () => {
    const [one, other] = await resolve(from([bsuid('US.1', 'portfolio-1')]), from([bsuid('US.1', 'portfolio-2')]))
    expect(one?.id).not.to.equal(other?.id)
  })

  it('never joins two contacts silently: it suggests', async () => {
    const [byPhone, byId] = await resolve(from([phone('+1')]), from([bsuid('US.1')]))
    const [resolved] = await resolve(from([phone('+1'), bsuid('US.1')]))
    expect(resolved?.id).to.equal(byPhone?.id)
    const [contact] = await find(byId?.id ?? '')
    expect(contact?.identities).to.deep.equal([bsuid('US.1')])
    const [first, second] = [byPhone?.id, byId?.id].sort()
    expect(await suggestions()).to.deep.equal([{ first_id: first, second_id: second, reason: 'shared-identity' }])
  })

  it('suggests the owner of a phone or an email that a visitor merely tells', async () => {
    const [known] = await resolve(from([{ kind: 'email', scope: '', value: 'Ada@Example.org' }]))
    const [visitor] = await resolve(
      from([{ kind: 'visitor', scope: uuidv7(), value: 'v1' }], { attributes: { email: 'ada@example.ORG ' } }),
    )
    expect(visitor?.id).not.to.equal(known?.id)
    expect((await suggestions()).map((row) => row.reason)).to.deep.equal(['shared-email'])
  })

  it('takes a name later when there was none, and never over one that is there', async () => {
    const [unnamed] = await resolve(from([phone('+1')]))
    expect(unnamed?.name).to.equal('')
    expect((await resolve(from([phone('+1')], { displayName: 'Ada' })))[0]?.name).to.equal('Ada')
    expect((await resolve(from([phone('+1')], { displayName: 'Eve' })))[0]?.name).to.equal('Ada')
    expect(await db.database.transaction(db.tenantId, (uow) => db.directory.search(uow, 'ada', 5))).to.deep.equal([
      unnamed?.id,
    ])
  })

  it('converges when many make the same person at the same time', async () => {
    const people = [from([phone('+1'), bsuid('US.1')]), from([bsuid('US.2'), phone('+2')]), from([phone('+3')])]
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => resolve(...(index % 2 === 0 ? people : [...people].reverse()))),
    )
    const owners = (await resolve(...people)).map((owner) => owner.id)
    for (const [index, answer] of answers.entries()) {
      const ids = answer.map((contact) => contact.id)
      expect(index % 2 === 0 ? ids : ids.reverse()).to.deep.equal(owners)
    }
    const counted = await db.database.transaction(db.tenantId, async (uow) => {
      const contacts = await uow.trx('contacts.contact').count('* as n')
      const orphans = await uow
        .trx('contacts.contact as c')
        .whereNotExists((query) => query.from('contacts.identity as i').whereRaw('i.contact_id = c.id'))
      return { contacts: Number(contacts[0]?.n), orphans: orphans.length }
    })
    expect(counted).to.deep.equal({ contacts: 3, orphans: 0 })
  })

  it('keeps tenants apart', async () => {
    const [mine] = await resolve(from([phone('+1')]))
    const other = uuidv7()
    const [theirs] = await db.database.transaction(other, (uow) => db.directory.resolve(uow, [from([phone('+1')])]))
    expect(theirs?.id).not.to.equal(mine?.id)
    expect(await db.database.transaction(other, (uow) => db.directory.find(uow, [mine?.id ?? '']))).to.deep.equal([])
  })
})
