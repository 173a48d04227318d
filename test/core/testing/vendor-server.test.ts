import { type VendorFault, type VendorReply, type VendorRequest, VendorServer } from '@parley/core/testing'
import { expect } from 'chai'
import { request } from 'undici'

/** Counts what it carried out. */
class CountingVendor extends VendorServer {
  count = 0

  protected override handle(request: VendorRequest): VendorReply {
    if (request.path === '/broken') throw new Error('a bug of the simulator')
    this.count += 1
    return { status: 200, body: { count: this.count } }
  }

  protected override refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    return fault.kind === 'throttle' ? { status: 429 } : { status: fault.status ?? 400, body: { code: fault.code } }
  }
}

describe("the base of vendors' simulators", () => {
  let vendor: CountingVendor
  const call = async (path = '/send') => {
    const answer = await request(`${vendor.url}${path}`, { method: 'POST', body: 'hi' })
    return { status: answer.statusCode, body: await answer.body.text() }
  }
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: Error) => error,
    )

  beforeEach(async () => {
    vendor = new CountingVendor({ keepRequests: 3 })
    await vendor.listen()
  })
  afterEach(() => vendor.close())

  it('answers and keeps a bounded log of what it was asked', async () => {
    expect(await call('/send?a=1')).to.deep.equal({ status: 200, body: '{"count":1}' })
    expect(vendor.requests[0]).to.include({ method: 'POST', path: '/send' })
    expect(vendor.requests[0]?.query.get('a')).to.equal('1')
    for (let n = 0; n < 5; n += 1) await call(`/${n}`)
    expect(vendor.requests.map((entry) => entry.path)).to.deep.equal(['/2', '/3', '/4'])
  })

  it('fails, throttles and delays as often as it is told, on the paths it is told', async () => {
    vendor.faults.add({ kind: 'fail', status: 418, code: 7, times: 2, path: '/send' })
    vendor.faults.add({ kind: 'throttle', times: 1 })
    expect((await call('/other')).status).to.equal(429)
    expect(await call()).to.deep.equal({ status: 418, body: '{"code":7}' })
    expect((await call()).status).to.equal(418)
    vendor.faults.add({ kind: 'delay', ms: 30, times: 1 })
    const before = performance.now()
    expect((await call()).status).to.equal(200)
    expect(performance.now() - before).to.be.greaterThan(25)
    expect(vendor.faults.rules).to.deep.equal([])
  })

  it('lets a rate through, and throttles what is beyond it', async () => {
    let now = 0
    const limited = new CountingVendor({ now: () => now })
    await limited.listen()
    limited.faults.add({ kind: 'throttle', perSecond: 2 })
    const statuses = async (count: number) => {
      const answers = []
      for (let n = 0; n < count; n += 1)
        answers.push((await request(`${limited.url}/send`, { method: 'POST' })).statusCode)
      return answers
    }
    expect(await statuses(3)).to.deep.equal([200, 200, 429])
    now += 500
    expect(await statuses(2)).to.deep.equal([200, 429])
    now += 60_000
    expect(await statuses(3)).to.deep.equal([200, 200, 429])
    await limited.close()
  })

  it('carries a call out and loses the answer, or drops it before anything is done', async () => {
    vendor.faults.add({ kind: 'lose-answer', times: 1 })
    expect(await failure(call())).to.be.instanceOf(Error)
    expect(vendor.count).to.equal(1)
    vendor.faults.add({ kind: 'drop', times: 1 })
    expect(await failure(call())).to.be.instanceOf(Error)
    expect(vendor.count).to.equal(1)
    expect((await call()).status).to.equal(200)
  })

  it('draws chances from its seed: the same seed, the same faults', async () => {
    const run = async (seed: number) => {
      const drawn = new CountingVendor({ seed })
      drawn.faults.add({ kind: 'fail', probability: 0.5 })
      return Array.from({ length: 20 }, () => drawn.faults.next('POST', '/x') !== undefined)
    }
    expect(await run(4)).to.deep.equal(await run(4))
    expect(await run(4)).to.not.deep.equal(await run(5))
    expect(await run(4))
      .to.include(true)
      .and.to.include(false)
  })

  it('says so when the simulator itself is wrong', async () => {
    expect(await call('/broken')).to.deep.include({ status: 500 })
  })

  it('repeats a webhook as its vendor does: until it is taken, or only when nobody answered', async () => {
    const strict = new CountingVendor({ webhookRetry: { attempts: 2, onlyUnanswered: true } })
    const url = await strict.listen()
    try {
      const post = async (to: string) => {
        strict.webhooks.receipts.length = 0
        strict.webhooks.post({ url: to, body: Buffer.from('{}'), headers: {} })
        await strict.webhooks.idle()
        return strict.webhooks.receipts.map(({ status }) => status)
      }
      expect(await post(`${url}/taken`)).to.deep.equal([200])
      expect(await post(`${url}/broken`)).to.deep.equal([500])
      expect(await post('http://127.0.0.1:9/nobody')).to.deep.equal([0, 0])
    } finally {
      await strict.close()
    }
  })
})
