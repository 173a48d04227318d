import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature } from '@openfeature/server-sdk'
import { type Provider, ProviderEvents, OpenFeature as WebOpenFeature } from '@openfeature/web-sdk'
import { expect } from 'chai'
import { type FlagsKernel, startFlagsKernel } from './flags-kernel.ts'

const SEATS = { seats: 25, regions: ['IN', 'LK'] }

describe("OpenFeature's own SDKs, over HTTP", function () {
  this.timeout(30_000)
  let kernel: FlagsKernel
  before(async () => {
    kernel = await startFlagsKernel({ listen: true })
    const first = { serve: 'on', tenants: [kernel.tenantId] }
    await kernel.create('shop.checkout', { rules: [first] })
    const variants = { calm: 'calm', loud: 'LOUD' }
    const beta = { attributes: [{ name: 'beta', in: [true] }], serve: 'loud' }
    await kernel.create('shop.tone', { kind: 'string', variants, default: 'calm', rules: [beta] })
    const half = [{ variant: 'many', percentage: 50 }]
    const number = { kind: 'number', variants: { few: 3, many: 12.5 }, default: 'few', bucketBy: 'subject' }
    await kernel.create('shop.page', { ...number, rules: [{ serve: half }] })
    await kernel.create('shop.limits', { kind: 'object', variants: { small: SEATS }, default: 'small' })
    await kernel.create('shop.off', { default: 'on', off: 'off', enabled: false })
  })
  after(() => kernel.stop())
  const authorization = (): [string, string] => ['Authorization', `Bearer ${kernel.apiKey}`]
  const options = () => ({ baseUrl: kernel.baseUrl, headers: [authorization()] })

  describe('on a server', () => {
    before(() => OpenFeature.setProviderAndWait(new OFREPProvider(options())))
    after(() => OpenFeature.clearProviders())
    const client = OpenFeature.getClient()

    it('evaluate every kind of flag, with variant and reason', async () => {
      const checkout = await client.getBooleanDetails('shop.checkout', false)
      expect(checkout).to.include({ value: true, variant: 'on', reason: 'TARGETING_MATCH' })
      expect(await client.getStringValue('shop.tone', '', { beta: true })).to.equal('LOUD')
      expect(await client.getStringDetails('shop.tone', '', { beta: false })).to.include({
        value: 'calm',
        reason: 'DEFAULT',
      })
      expect(await client.getObjectValue('shop.limits', {})).to.deep.equal(SEATS)
      expect(await client.getBooleanDetails('shop.off', true)).to.include({ value: false, reason: 'DISABLED' })
    })

    it('give a subject the same side of a split each time', async () => {
      const sides = await Promise.all(
        Array.from({ length: 40 }, (_, one) =>
          client.getNumberDetails('shop.page', 0, { targetingKey: `p${one % 20}` }),
        ),
      )
      expect(new Set(sides.map(({ value }) => value))).to.deep.equal(new Set([3, 12.5]))
      expect(sides.slice(0, 20).map(({ value }) => value)).to.deep.equal(sides.slice(20).map(({ value }) => value))
    })

    it('learn that a flag is not there, or of another type, and go on with their default', async () => {
      const unknown = await client.getBooleanDetails('shop.nothing', true)
      expect(unknown).to.include({ value: true, errorCode: 'FLAG_NOT_FOUND', reason: 'ERROR' })
      expect(await client.getNumberDetails('shop.tone', 7)).to.include({ value: 7, errorCode: 'TYPE_MISMATCH' })
    })
  })

  describe('in a page', () => {
    it('take all flags at once, and poll with the ETag', async () => {
      const { promise: unchanged, resolve: sawUnchanged } = Promise.withResolvers<void>()
      const watched: typeof fetch = async (...request) => {
        const answer = await fetch(...request)
        if (answer.status === 304) sawUnchanged()
        return answer
      }
      const provider = new OFREPWebProvider({
        ...{ ...options(), fetchImplementation: watched, pollInterval: 25 },
        cacheMode: 'disabled',
      })
      // Its types are not made for exactOptionalPropertyTypes.
      await WebOpenFeature.setProviderAndWait(provider as Provider, { targetingKey: 'ann', beta: true })
      const client = WebOpenFeature.getClient()
      expect(client.getBooleanDetails('shop.checkout', false)).to.include({ value: true, reason: 'TARGETING_MATCH' })
      expect(client.getStringValue('shop.tone', '')).to.equal('LOUD')
      expect(client.getObjectValue('shop.limits', {})).to.deep.equal(SEATS)
      const changed = new Promise((resolve) => client.addHandler(ProviderEvents.ConfigurationChanged, resolve))
      await kernel.change('shop.checkout', { rules: [] })
      await changed
      expect(client.getBooleanValue('shop.checkout', true)).to.equal(false)
      await unchanged
      await WebOpenFeature.clearProviders()
    })
  })

  it('answer as the protocol says when the context cannot be used, and never believe a tenant that the body names', async () => {
    const ask = (path: string, payload: object) => kernel.inject({ method: 'POST', url: `/ofrep/v1/${path}`, payload })
    const bad = await ask('evaluate/flags/shop.tone', { context: 'ann' })
    expect([bad.status, bad.body]).to.deep.equal([
      400,
      { key: 'shop.tone', errorCode: 'INVALID_CONTEXT', errorDetails: 'context: "value" must be of type object' },
    ])
    await kernel.change('shop.checkout', { rules: [{ tenants: [kernel.tenantId], serve: 'on' }] })
    const other = await kernel.createTenant('other', { scopes: ['flags.evaluate'] })
    const named = { context: { targetingKey: 'x', tenantId: kernel.tenantId } }
    const url = '/ofrep/v1/evaluate/flags/shop.checkout'
    const answer = await kernel.inject({ method: 'POST', url, payload: named, as: other })
    expect(answer.body).to.include({ value: false })
    expect((await kernel.inject({ method: 'POST', url, payload: {}, as: null })).status).to.equal(401)
  })
})
