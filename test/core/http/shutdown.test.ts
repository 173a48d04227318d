import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { baseUrl, type Rig, rig, route } from './kit.ts'

describe('core/http/shutdown', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  after(() => agent.destroy())

  const get = (up: Rig, path: string) =>
    new Promise<IncomingMessage & { body: string }>((resolve, reject) => {
      request(`${baseUrl(up)}${path}`, { agent }, async (answer) => {
        resolve(Object.assign(answer, { body: await text(answer) }))
      })
        .on('error', reject)
        .end()
    })

  it('keeps serving for the lead time, asking for the connection to be closed, then refuses new ones', async () => {
    const up = await rig([], { settings: { drainLeadMs: 150 }, intake: async () => ({ status: 200 }) })
    await up.http.start()
    expect((await get(up, '/healthz')).headers.connection).to.equal('keep-alive')
    const address = baseUrl(up)
    const stopped = up.http.stop()
    const during = await get(up, '/readyz')
    expect(during.statusCode).to.equal(503)
    expect(during.headers.connection).to.equal('close')
    const hook = await get(up, '/hooks/a/b')
    expect([hook.statusCode, hook.headers.connection]).to.deep.equal([200, 'close'])
    await stopped
    const refused = await fetch(`${address}/healthz`).catch((error: Error) => error)
    expect(refused).to.be.instanceOf(Error)
  })

  it('lets running requests finish', async () => {
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const up = await rig([
      route({
        access: { public: 'a test' },
        handle: async () => {
          enter()
          await released
          return { status: 200, body: { done: true } }
        },
      }),
    ])
    await up.http.start()
    const answer = get(up, '/api/things')
    await entered
    const stopped = up.http.stop()
    release()
    expect((await answer).body).to.equal('{"done":true}')
    await stopped
  })

  it('stops once, however often it is told to, and without having been started', async () => {
    const up = await rig()
    await up.http.start()
    await Promise.all([up.http.stop(), up.http.stop()])
    expect(up.log.lines.filter((line) => line.message === 'http stopped')).to.have.length(1)
    await (await rig()).http.stop()
  })
})
