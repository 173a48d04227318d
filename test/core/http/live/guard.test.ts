import { once } from 'node:events'
import { request } from 'node:http'
import { expect } from 'chai'
import { originAllowed } from '../../../../core/http/live/guard.ts'
import { parseHttpSettings } from '../../../../core/http/settings.ts'
import { baseUrl, type Rig, rig } from '../kit.ts'

describe('core/http/live/guard', () => {
  const settings = parseHttpSettings({ corsOrigins: ['https://app.example.com'] })
  const allowed = (origin: string | undefined, publicUrl?: string) =>
    originAllowed(origin, 'inner:3000', { settings, publicUrl })

  it('lets in programs, our own pages and the configured origins', () => {
    expect(allowed(undefined)).to.equal(true)
    expect(allowed('http://inner:3000')).to.equal(true)
    expect(allowed('https://app.example.com')).to.equal(true)
    expect(allowed('https://parley.example.com', 'https://parley.example.com/')).to.equal(true)
  })

  it('turns away foreign pages, sandboxed pages and noise', () => {
    for (const origin of [
      'https://evil.example',
      'https://app.example.com.evil.example',
      'http://inner:3001',
      'null',
      '',
    ]) {
      expect(allowed(origin, 'https://parley.example.com'), origin).to.equal(false)
    }
  })

  it('answers the upgrade of a foreign page with 403, and any upgrade with 503 once the server stops', async () => {
    const up = await rig([], { settings: { drainLeadMs: 100 } })
    await up.http.start()
    expect(await upgrade(up, 'https://evil.example')).to.equal(403)
    expect(await upgrade(up, baseUrl(up))).to.equal(101)
    const stopped = up.http.stop()
    expect(await upgrade(up, baseUrl(up))).to.equal(503)
    await stopped
  })
})

/** The status that a browser on a page of this origin gets. */
async function upgrade(up: Rig, origin: string): Promise<number | undefined> {
  const headers = {
    origin,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  const call = request(baseUrl(up), { headers, agent: false })
  call.end()
  const [answer, socket] = await Promise.race([once(call, 'response'), once(call, 'upgrade')])
  answer.resume()
  socket?.destroy()
  return answer.statusCode
}
