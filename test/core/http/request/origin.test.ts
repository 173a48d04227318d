import { expect } from 'chai'
import { rig, route } from '../kit.ts'

describe('core/http/request/origin', () => {
  const originFor = async (headers: Record<string, string>, options: object = {}) => {
    const tell = async ({ origin }: { origin: string }) => ({ status: 200, body: { origin } })
    const { http } = await rig([route({ access: { public: 'a test' }, handle: tell })], options)
    return JSON.parse((await http.inject({ url: '/api/things', headers })).payload).origin
  }
  const proxied = { host: 'inner:3000', 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'chat.example.com' }

  it('is the configured address, whatever the caller says', async () => {
    expect(await originFor(proxied, { publicUrl: 'https://parley.example.com/' })).to.equal(
      'https://parley.example.com',
    )
  })

  it('is the host that the caller used, when nothing is configured', async () => {
    expect(await originFor(proxied)).to.equal('http://inner:3000')
  })

  it('is what a proxy says, only where proxies are trusted', async () => {
    const settings = { trustProxy: true }
    expect(await originFor(proxied, { settings })).to.equal('https://chat.example.com')
    expect(await originFor({ host: 'inner:3000', 'x-forwarded-proto': 'javascript' }, { settings })).to.equal(
      'http://inner:3000',
    )
  })

  it('never repeats a Host header that is no host', async () => {
    expect(await originFor({ host: 'x"><script>' })).to.match(/^http:\/\/[\w.:-]+$/)
  })
})
