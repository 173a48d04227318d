import { expect } from 'chai'
import type { PartState } from '../../../core/http/options.ts'
import { rig } from './kit.ts'

describe('core/http/health', () => {
  const ready = async (http: Awaited<ReturnType<typeof rig>>['http']) => {
    const answer = await http.inject('/readyz')
    return { code: answer.statusCode, ...JSON.parse(answer.payload) }
  }

  it('says that the process is alive, whatever else is wrong', async () => {
    const { http } = await rig([], { readiness: async () => Promise.reject(new Error('down')) })
    const answer = await http.inject('/healthz')
    expect([answer.statusCode, answer.payload]).to.deep.equal([200, '{"status":"alive"}'])
  })

  it('is ready once it listens and every part is well', async () => {
    const { http } = await rig()
    expect((await ready(http)).code).to.equal(503)
    await http.start()
    expect(await ready(http)).to.deep.equal({
      code: 200,
      status: 'ready',
      parts: [
        { part: 'database', ok: true },
        { part: 'http', ok: true },
      ],
    })
    await http.stop()
  })

  it('names the part that is not well', async () => {
    const parts: PartState[] = [
      { part: 'database', ok: true },
      { part: 'inbox', ok: false, detail: 'failed to start' },
    ]
    const { http } = await rig([], { readiness: async () => parts })
    await http.start()
    const answer = await http.inject('/readyz')
    expect(answer.statusCode).to.equal(503)
    expect(JSON.parse(answer.payload)).to.deep.include({ status: 'not-ready' })
    expect(JSON.parse(answer.payload).parts).to.deep.include(parts[1])
    await http.stop()
  })

  it('says not ready when told so, and from the moment it stops', async () => {
    const { http } = await rig([], { settings: { drainLeadMs: 100 } })
    await http.start()
    http.setReady(false)
    expect((await http.inject('/readyz')).statusCode).to.equal(503)
    http.setReady(true)
    expect((await http.inject('/readyz')).statusCode).to.equal(200)
    const stopped = http.stop()
    http.setReady(true)
    expect((await http.inject('/readyz')).statusCode).to.equal(503)
    await stopped
  })

  it('gives up on a check that hangs, and tells no caller why one failed', async () => {
    const hanging = await rig([], { readiness: () => new Promise(() => {}), settings: { readinessTimeoutMs: 20 } })
    expect((await ready(hanging.http)).parts).to.deep.include({ part: 'readiness', ok: false, detail: 'timed out' })
    const failing = await rig([], { readiness: async () => Promise.reject(new Error('postgres://secret')) })
    const answer = await failing.http.inject('/readyz')
    expect(answer.statusCode).to.equal(503)
    expect(answer.payload).not.to.include('secret')
    expect(failing.log.lines.filter((line) => line.level === 'error')).to.have.length(1)
  })

  it('asks the parts once for all who ask at the same time', async () => {
    let asked = 0
    const { promise, resolve } = Promise.withResolvers<readonly PartState[]>()
    const { http } = await rig([], {
      readiness: () => {
        asked += 1
        return promise
      },
    })
    const answers = [http.inject('/readyz'), http.inject('/readyz'), http.inject('/readyz')]
    resolve([])
    await Promise.all(answers)
    expect(asked).to.equal(1)
  })
})
