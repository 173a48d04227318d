import { expect } from 'chai'
import { ApiKeys, type NewApiKey } from '../../../core/access/api-keys.ts'
import { generateKey } from '../../../core/access/key-format.ts'
import { permits } from '../../../core/access/permits.ts'
import { connectionFixture, type Fixture } from '../connections/fixture.ts'

describe('API keys', () => {
  let fixture: Fixture
  let keys: ApiKeys
  let a: string
  let b: string

  before(async () => {
    fixture = await connectionFixture()
    keys = new ApiKeys({ knex: fixture.knex, clock: fixture.clock })
    a = await fixture.tenant()
    b = await fixture.tenant()
  })

  after(() => fixture.drop())

  const create = (tenantId: string, more: Partial<NewApiKey> = {}) =>
    fixture.as(tenantId, (uow) => keys.create(uow, { name: 'Key', scopes: ['inbox.*'], ...more }))
  const list = (tenantId: string) => fixture.as(tenantId, (uow) => keys.list(uow, { limit: 100 }))

  it('turn a bearer token into its tenant’s actor with its scopes', async () => {
    const { key, record } = await create(a, { name: 'CRM' })
    const actor = await keys.authenticate(key)
    expect(actor).to.deep.equal({
      kind: 'api-key',
      id: record.id,
      tenantId: a,
      permissions: ['inbox.*'],
      claims: { name: 'CRM' },
    })
    expect(actor !== undefined && permits(actor, 'inbox.read')).to.equal(true)
  })

  it('are stored as a hash only', async () => {
    const { key, record } = await create(a)
    const row = await fixture.as(a, ({ trx }) => trx('parley.api_key').where({ id: record.id }).first())
    expect(JSON.stringify(row)).to.not.include(key)
    expect(JSON.stringify(record)).to.not.include(key)
    expect(key.startsWith(record.prefix)).to.equal(true)
  })

  it('cost no query while they are hot, one for all who come at once, and none when the checksum is wrong', async () => {
    const { key } = await create(a)
    const cold = new ApiKeys({ knex: fixture.knex, clock: fixture.clock })
    fixture.queries()
    await Promise.all(Array.from({ length: 20 }, () => cold.authenticate(key)))
    expect(fixture.queries()).to.have.length(1)
    await cold.authenticate(key)
    expect(await cold.authenticate(`${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`)).to.equal(undefined)
    expect(await cold.authenticate('')).to.equal(undefined)
    expect(await cold.authenticate('x'.repeat(100_000))).to.equal(undefined)
    expect(fixture.queries()).to.have.length(0)
  })

  it('that nobody made are refused', async () => {
    expect(await keys.authenticate(generateKey('live'))).to.equal(undefined)
  })

  it('end when they expire, by the kernel’s clock, however hot they are', async () => {
    const { key } = await create(a, { expiresAt: new Date(fixture.clock.millis() + 2000) })
    expect(await keys.authenticate(key)).to.not.equal(undefined)
    fixture.clock.advance(1999)
    expect(await keys.authenticate(key)).to.not.equal(undefined)
    fixture.clock.advance(1)
    expect(await keys.authenticate(key)).to.equal(undefined)
  })

  it('end at once where they are revoked, and within five seconds elsewhere', async () => {
    const { key, record } = await create(a)
    const elsewhere = new ApiKeys({ knex: fixture.knex, clock: fixture.clock })
    await keys.authenticate(key)
    await elsewhere.authenticate(key)
    const revokedAt = fixture.clock.now()
    expect(await fixture.as(a, (uow) => keys.revoke(uow, record.id))).to.equal(true)
    expect(await keys.authenticate(key)).to.equal(undefined)
    fixture.clock.advance(5000)
    expect(await elsewhere.authenticate(key)).to.equal(undefined)
    await fixture.as(a, (uow) => keys.revoke(uow, record.id))
    expect((await list(a)).find(({ id }) => id === record.id)?.revokedAt).to.deep.equal(revokedAt)
  })

  it('are listed and revoked by their own tenant only', async () => {
    const { key, record } = await create(a)
    expect((await list(b)).map(({ id }) => id)).to.not.include(record.id)
    expect(await fixture.as(b, (uow) => keys.revoke(uow, record.id))).to.equal(false)
    expect(await keys.authenticate(key)).to.not.equal(undefined)
  })

  it('note their last use once a minute, together, and never backwards', async () => {
    const { key, record } = await create(a)
    const two = await create(b)
    const lastUse = async () => (await list(a)).find(({ id }) => id === record.id)?.lastUsedAt
    const first = fixture.clock.now()
    await keys.authenticate(key)
    await keys.authenticate(two.key)
    fixture.clock.advance(59_999)
    await keys.authenticate(key)
    fixture.queries()
    await keys.flush()
    expect(fixture.queries()).to.have.length(1)
    expect(await lastUse()).to.deep.equal(first)
    fixture.clock.advance(1)
    await keys.authenticate(key)
    await keys.flush()
    const second = fixture.clock.now()
    expect(await lastUse()).to.deep.equal(second)
    fixture.clock.advance(-1_000_000)
    const late = new ApiKeys({ knex: fixture.knex, clock: fixture.clock })
    await late.authenticate(key)
    await late.flush()
    expect(await lastUse()).to.deep.equal(second)
    fixture.clock.advance(1_000_000)
    fixture.queries()
    await keys.flush()
    expect(fixture.queries()).to.have.length(0)
  })

  it('write the last uses when they stop', async () => {
    const { key, record } = await create(a)
    const own = new ApiKeys({ knex: fixture.knex, clock: fixture.clock })
    own.start()
    await own.authenticate(key)
    await own.stop()
    expect((await list(a)).find(({ id }) => id === record.id)?.lastUsedAt).to.deep.equal(fixture.clock.now())
  })
})
