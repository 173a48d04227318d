import { createTestDatabase, startTestKernel, TestClock, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { keeper } from '../../fixtures/plugins/keeper/state.ts'
import { fixture } from '../kernel/fixtures.ts'

interface Shown {
  readonly id: string
  readonly status: string
  readonly steps: readonly {
    readonly plugin: string
    readonly done: boolean
    readonly fault: string | null
    tries: number
  }[]
}

/** Processes of one installation share their root key. */
const KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`
const PERSON = '0198f6a2-0000-7000-8000-000000000001'

describe('an erasure that is not finished', () => {
  const clock = new TestClock()
  let test: TestKernel

  const start = (plugins: readonly string[], more: object = {}) =>
    startTestKernel({
      clock,
      plugins: plugins.map(fixture),
      env: { PRIVACY_RETRY_MS: '1000', PARLEY_KEYS: KEYS },
      ...more,
    })
  const call = async <T = Shown>(method: string, url: string, payload?: object): Promise<T> =>
    (await test.inject({ method, url: `/api/privacy/requests${url}`, ...(payload && { payload }) })).body as T
  const stateOf = ({ steps }: Shown) => Object.fromEntries(steps.map((one) => [one.plugin, one.fault ?? 'done']))

  beforeEach(() => keeper.reset())
  afterEach(() => test.stop())

  it('names the plugin that failed, keeps what the others did, and is done when that one has done its part', async () => {
    test = await start(['greeter', 'keeper'])
    keeper.fails = 'not today'
    const { id } = await call('POST', '', { kind: 'erase', contactId: PERSON })
    await test.drain()
    const open = await call('GET', `/${id}`)
    expect(open.status).to.equal('open')
    expect(stateOf(open)).to.deep.equal({ keeper: 'keeper.failed: not today', parley: 'waits for the others' })
    keeper.fails = undefined
    clock.advance(2_000)
    await test.drain()
    const done = await call('GET', `/${id}`)
    expect(done.status).to.equal('done')
    expect(stateOf(done)).to.deep.equal({ keeper: 'done', parley: 'done' })
    expect(keeper.erased).to.deep.equal([PERSON])
  })

  it('does not look complete where a plugin that keeps people’s data does not run', async () => {
    const database = await createTestDatabase()
    await (await start(['greeter', 'keeper'], { database })).stop()
    test = await start(['greeter'], { database })
    const { id } = await call('POST', '', { kind: 'erase', contactId: PERSON })
    await test.drain()
    const open = await call('GET', `/${id}`)
    expect([open.status, stateOf(open).keeper]).to.deep.equal([
      'open',
      'the plugin does not run in the process that tried',
    ])
    await test.stop()
    test = await start(['greeter', 'keeper'], { database })
    clock.advance(10_000)
    await test.drain()
    expect(await call('GET', `/${id}`)).to.include({ status: 'done' })
    expect(keeper.erased).to.deep.equal([PERSON])
    await test.stop()
    await database.drop()
  })

  it('is one erasure, however often it is asked for, and no export is made meanwhile', async () => {
    test = await start(['keeper'])
    keeper.fails = 'not yet'
    const first = await call('POST', '', { kind: 'erase', contactId: PERSON })
    await test.drain()
    const again = await call('POST', '', { kind: 'erase', contactId: PERSON })
    expect(again.id).to.equal(first.id)
    const refused = await call<{ code: string }>('POST', '', { kind: 'export', contactId: PERSON })
    expect(refused.code).to.equal('privacy.being-erased')
    const { items } = await call<{ items: Shown[] }>('GET', '?kind=erase&status=open')
    expect(items.map(({ id }) => id)).to.deep.equal([first.id])
  })

  it('stands in the audit log by reference, and other tenants know nothing of it', async () => {
    test = await start(['keeper'])
    const { id } = await call('POST', '', { kind: 'erase', contactId: PERSON })
    const { body } = await test.inject({ url: '/api/admin/audit?action=privacy.erasure-requested' })
    const { items } = body as { items: { target: object }[] }
    expect(items.map(({ target }) => target)).to.deep.equal([{ kind: 'contact', id: PERSON }])
    const other = await test.createTenant('other')
    expect((await test.inject({ url: `/api/privacy/requests/${id}`, as: other })).status).to.equal(404)
    expect((await test.inject({ url: '/api/privacy/requests', as: other })).body).to.deep.equal({
      items: [],
      next: null,
    })
  })
})
