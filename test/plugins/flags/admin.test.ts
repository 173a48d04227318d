import type { FlagTrial } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { type FlagsKernel, startFlagsKernel } from './flags-kernel.ts'

const codeOf = ({ body }: { body: unknown }) => (body as { code?: string }).code

describe('the flags of the installation', function () {
  this.timeout(30_000)
  const clock = new TestClock()
  let kernel: FlagsKernel
  before(async () => {
    kernel = await startFlagsKernel({ clock })
  })
  after(() => kernel.stop())

  it('are made with sensible defaults, changed, read, listed by key, and removed', async () => {
    const made = await kernel.create('shop.checkout', { summary: 'The new checkout.' })
    expect(made.status, made.text).to.equal(201)
    expect(made.body).to.deep.include({
      ...{ kind: 'boolean', variants: { on: true, off: false }, default: 'off', off: 'off', enabled: true, rules: [] },
      ...{ bucketBy: 'tenant', seed: 'shop.checkout', algorithm: 1, plugin: null, revision: 1 },
    })
    const changed = await kernel.change('shop.checkout', { default: 'on' })
    expect(changed.body).to.include({ default: 'on', revision: 2, summary: 'The new checkout.' })
    expect((await kernel.call('GET', 'flags/shop.checkout')).body).to.deep.equal(changed.body)
    await kernel.create('assistant.tone', { kind: 'string', variants: { calm: 'calm', loud: 'LOUD' }, default: 'calm' })
    const listed = (await kernel.call('GET', 'flags?limit=1')).body as { items: object[]; next: string }
    expect(listed.items).to.have.length(1)
    const rest = await kernel.call('GET', `flags?limit=1&cursor=${listed.next}`)
    expect(rest.body).to.deep.equal({ items: [changed.body], next: null })
    expect((await kernel.call('DELETE', 'flags/assistant.tone')).status).to.equal(204)
    expect((await kernel.call('GET', 'flags/assistant.tone')).status).to.equal(404)
  })

  it('are refused when they mean nothing, are there already, or name a segment that is not', async () => {
    const wrong = await kernel.create('shop.wrong', { default: 'maybe' })
    expect([wrong.status, codeOf(wrong)]).to.deep.equal([400, 'flag.invalid'])
    expect(wrong.body).to.deep.include({
      errors: [
        { field: 'off', message: 'off names "maybe", which is no variant' },
        { field: 'default', message: 'default names "maybe", which is no variant' },
      ],
    })
    expect(codeOf(await kernel.create('shop.checkout'))).to.equal('flag.exists')
    const rules = [{ segments: ['nowhere'], serve: 'on' }]
    const unknown = await kernel.create('shop.segmented', { rules })
    expect([unknown.status, codeOf(unknown)]).to.deep.equal([422, 'flag.unknown-segment'])
    expect((await kernel.change('shop.nothing', { enabled: false })).status).to.equal(404)
  })

  it('are not changed by somebody who saw an older revision', async () => {
    await kernel.create('shop.race')
    expect((await kernel.change('shop.race', { default: 'on', revision: 1 })).status).to.equal(200)
    const late = await kernel.change('shop.race', { summary: 'Late.', revision: 1 })
    expect([late.status, codeOf(late)]).to.deep.equal([409, 'flag.changed-meanwhile'])
  })

  it('share segments, which stay while a flag uses them', async () => {
    const any = [{ tenants: [kernel.tenantId] }]
    const made = await kernel.call('PUT', 'flag-segments/pilots', { summary: 'Who likes new things.', any })
    expect(made.body).to.deep.include({ key: 'pilots', any, revision: 1 })
    await kernel.create('shop.pilot', { rules: [{ segments: ['pilots'], serve: 'on' }] })
    expect(codeOf(await kernel.call('DELETE', 'flag-segments/pilots'))).to.equal('flag.in-use')
    await kernel.call('DELETE', 'flags/shop.pilot')
    expect((await kernel.call('DELETE', 'flag-segments/pilots')).status).to.equal(204)
    expect((await kernel.call('GET', 'flag-segments')).body).to.deep.equal({ items: [], next: null })
  })

  it('keep who changed what, from what to what, and when, after they are gone', async () => {
    clock.set('2026-02-01T10:00:00Z')
    await kernel.create('shop.short')
    clock.advance(60_000)
    await kernel.change('shop.short', { default: 'on' })
    await kernel.call('DELETE', 'flags/shop.short')
    const { items } = (await kernel.call('GET', 'flags/shop.short/history')).body as { items: object[] }
    expect(items.map((change) => 'revision' in change && change.revision)).to.deep.equal([3, 2, 1])
    expect(items[0]).to.deep.include({ after: null })
    expect(items[1]).to.deep.include({ at: '2026-02-01T10:01:00.000Z' })
    expect(items[1]).to.have.nested.property('before.default', 'off')
    expect(items[1]).to.have.nested.property('after.default', 'on')
    expect(items[2]).to.deep.include({ before: null })
    expect(items[2]).to.have.nested.property('actor.kind', 'api-key')
  })

  it('stand in the audit log of the platform', async () => {
    const { rows } = await kernel.kernel.database.transaction('00000000-0000-0000-0000-000000000000', ({ trx }) =>
      trx.raw<{ rows: { action: string; target_id: string }[] }>(
        "select action, target_id from parley.audit_record where target_id = 'shop.short' order by seq",
      ),
    )
    expect(rows.map(({ action }) => action)).to.deep.equal(['flag.created', 'flag.changed', 'flag.removed'])
  })

  it('tell who would change before anybody saves, also at a moment to come', async () => {
    for (let one = 1; one <= 40; one += 1) await kernel.createTenant(`shop-${one}`)
    await kernel.create('shop.rollout', { rules: [{ serve: [{ variant: 'on', percentage: 30 }] }] })
    const serve = [{ variant: 'on', percentage: 60 }]
    const attempt = async (fields: object) =>
      (await kernel.call('POST', 'flags/shop.rollout/try-out', fields)).body as FlagTrial
    const trial = await attempt({ rules: [{ serve }] })
    expect(trial.tenants).to.equal(41)
    expect(trial.changed).to.be.within(1, 30)
    expect(trial.effects).to.have.length(trial.changed)
    expect(new Set(trial.effects.map(({ from, to }) => `${from} → ${to}`))).to.deep.equal(new Set(['off → on']))
    const rules = [{ from: '2027-01-01T00:00:00Z', serve: 'on' }]
    expect((await attempt({ rules: [...rules, { serve }] })).changed).to.equal(trial.changed)
    const later = await attempt({ rules, at: '2027-01-02T00:00:00Z' })
    expect(later.changed).to.be.greaterThan(trial.changed)
    expect((await kernel.call('GET', 'flags/shop.rollout')).body).to.include({ revision: 1 })
  })

  it('follow a schedule by the clock, with nobody changing anything', async () => {
    const rules = [{ from: '2026-06-01T00:00:00Z', until: '2026-07-01T00:00:00Z', serve: 'on' }]
    await kernel.create('shop.summer', { rules })
    const at = (moment: string) => {
      clock.set(moment)
      return kernel.kernel.flags.isOn('shop.summer', kernel.tenantId)
    }
    expect(['2026-05-31T23:59:59Z', '2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z'].map(at)).to.deep.equal([
      ...[false, true, false],
    ])
  })

  it('go by the plan that a tenant is on, whoever asks', async () => {
    await kernel.create('shop.bulk', { rules: [{ plans: ['pro'], serve: 'on' }] })
    const { flags, database, tenants } = kernel.kernel
    expect(await flags.isOn('shop.bulk', kernel.tenantId)).to.equal(false)
    await database.transaction(kernel.tenantId, (uow) => tenants.update({ plan: 'pro' }, uow))
    clock.advance(1000)
    expect(await flags.isOn('shop.bulk', kernel.tenantId)).to.equal(true)
  })

  it('are the business of those who run the installation alone', async () => {
    const admin = await kernel.createTenant('other', { scopes: ['admin.plugins.*', 'flags.evaluate'] })
    expect((await kernel.inject({ url: '/api/admin/flags', as: admin })).status).to.equal(403)
    const change = { method: 'PATCH', url: '/api/admin/flags/shop.rollout', payload: { enabled: false }, as: admin }
    expect((await kernel.inject(change)).status).to.equal(403)
  })
})
