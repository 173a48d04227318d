import { channelMessageReceived } from '@parley/core'
import { startTestKernel, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'

const root = new URL('../', import.meta.url).pathname

describe('acmegram', function () {
  this.timeout(60_000)
  let test: TestKernel

  before(async () => {
    test = await startTestKernel({ root, plugins: ['.'] })
  })
  after(() => test?.stop())

  it('starts', () => {
    expect(test.kernel.report.failures).to.deep.equal([])
  })

  it('counts what customers write, by channel', async () => {
    const said = {
      connectionId: '0198f1a2-0000-7000-8000-000000000001',
      channel: 'pigeon',
      occurredAt: '2026-01-05T09:00:00.000Z',
      externalId: 'm1',
    }
    const sender = { identities: [{ kind: 'ring', scope: '', value: '7' }] }
    const data = { ...said, sender, content: { kind: 'text', text: 'coo' } as const }
    await test.kernel.database.transaction(test.tenantId, async (uow) =>
      uow.publish({ type: channelMessageReceived, key: '0198f1a2-0000-7000-8000-000000000001/ring::7', data }),
    )
    await test.drain()
    const { body } = await test.inject({ url: '/api/acmegram/messages' })
    expect(body).to.deep.equal({ items: [{ channel: 'pigeon', messages: 1 }] })
  })
})
