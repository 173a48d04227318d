import type { Identity } from '@parley/core'
import { expect } from 'chai'
import { mergeContacts } from '../../../plugins/contacts/merging/merge.ts'
import { undoMerge } from '../../../plugins/contacts/merging/undo-merge.ts'
import { type ContactsDatabase, contactsDatabase } from './contacts-database.ts'

const phone = (value: string): Identity => ({ kind: 'phone', scope: '', value })

describe('merging contacts', () => {
  let db: ContactsDatabase
  let ids: Record<'a' | 'b' | 'c', string>

  const merge = (sourceId: string, targetId: string) =>
    db.database.transaction(db.tenantId, (uow) => mergeContacts(uow, { sourceId, targetId, by: 'agent-1' }, db.clock))
  const mergeId = async (sourceId: string, targetId: string) => {
    const result = await merge(sourceId, targetId)
    return result.ok ? result.mergeId : result.reason
  }
  const undo = (id: string) =>
    db.database.transaction(db.tenantId, (uow) => undoMerge(uow, { mergeId: id, by: 'agent-1' }, db.clock))
  const owners = async () => {
    const rows = await db.database.transaction(db.tenantId, (uow) =>
      uow.trx('contacts.identity').select('value', 'contact_id').orderBy('value'),
    )
    const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]))
    return rows.map((row) => `${row.value}:${names.get(row.contact_id)}`).join(' ')
  }
  const contact = (id: string) =>
    db.database.transaction(db.tenantId, (uow) =>
      uow.trx('contacts.contact').where({ id }).first('name', 'attributes', 'blocked', 'merged_into'),
    )

  beforeEach(async () => {
    db = await contactsDatabase()
    const contacts = await db.database.transaction(db.tenantId, (uow) =>
      db.directory.resolve(uow, [
        { identities: [phone('1')], displayName: 'A', attributes: { city: 'Berlin', plan: 'a' } },
        { identities: [phone('2')], attributes: { plan: 'b' } },
        { identities: [phone('3')], displayName: 'C' },
      ]),
    )
    const [a = '', b = '', c = ''] = contacts.map(({ id }) => id)
    ids = { a, b, c }
  })
  afterEach(() => db.drop())

  it('moves identities, fills gaps, keeps what the target has, and says so', async () => {
    expect((await merge(ids.a, ids.b)).ok).to.equal(true)
    expect(await owners()).to.equal('1:b 2:b 3:c')
    expect(await contact(ids.b)).to.deep.include({ name: 'A', attributes: { city: 'Berlin', plan: 'b' } })
    expect(await contact(ids.a)).to.include({ merged_into: ids.b })
    expect(db.published.at(-1)).to.deep.include({ type: 'contact.merged.v1' })
  })

  it('finds the merged person by the identity of either', async () => {
    await merge(ids.a, ids.b)
    const resolved = await db.database.transaction(db.tenantId, (uow) =>
      db.directory.resolve(uow, [{ identities: [phone('1')] }, { identities: [phone('2')] }]),
    )
    expect(resolved.map(({ id }) => id)).to.deep.equal([ids.b, ids.b])
  })

  it('is undone without a trace, except for what changed since', async () => {
    const id = await mergeId(ids.a, ids.b)
    await db.database.transaction(db.tenantId, (uow) =>
      db.directory.resolve(uow, [{ identities: [phone('1'), phone('9')] }]),
    )
    expect((await undo(id)).ok).to.equal(true)
    expect(await owners()).to.equal('1:a 2:b 3:c 9:b')
    expect(await contact(ids.b)).to.deep.include({ name: '', attributes: { plan: 'b' } })
    expect(await contact(ids.a)).to.include({ merged_into: null })
    expect(db.published.at(-1)).to.deep.include({ type: 'contact.unmerged.v1' })
  })

  it('is undone in any order along a chain', async () => {
    const first = await mergeId(ids.a, ids.b)
    const second = await mergeId(ids.b, ids.c)
    expect(await owners()).to.equal('1:c 2:c 3:c')
    await undo(first)
    expect(await owners()).to.equal('1:a 2:c 3:c')
    await undo(second)
    expect(await owners()).to.equal('1:a 2:b 3:c')
  })

  it('holds a block for both, and gives it back', async () => {
    await db.database.transaction(db.tenantId, (uow) =>
      uow.trx('contacts.contact').where({ id: ids.a }).update({ blocked: true }),
    )
    const id = await mergeId(ids.a, ids.b)
    expect(await contact(ids.b)).to.include({ blocked: true })
    await undo(id)
    expect(await contact(ids.b)).to.include({ blocked: false })
    expect(await contact(ids.a)).to.include({ blocked: true })
  })

  it('refuses what makes no sense', async () => {
    expect(await mergeId(ids.a, ids.a)).to.equal('same-contact')
    expect(await mergeId(ids.a, '0199aaaa-0000-7000-8000-000000000000')).to.equal('contact-not-found')
    const id = await mergeId(ids.a, ids.b)
    expect(await mergeId(ids.a, ids.c)).to.equal('already-merged')
    await undo(id)
    expect(await undo(id)).to.include({ ok: false, reason: 'already-undone' })
  })

  it('of two who merge the same pair both ways, lets one win', async () => {
    const results = await Promise.all([merge(ids.a, ids.b), merge(ids.b, ids.a)])
    expect(results.filter((result) => result.ok)).to.have.length(1)
  })
})
