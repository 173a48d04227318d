import { expect } from 'chai'
import { rig, route } from '../kit.ts'

describe('core/http/request/remote-address', () => {
  const addressFor = async (headers: Record<string, string>, settings: object = {}) => {
    const tell = async ({ remoteAddress }: { remoteAddress?: string }) => ({ status: 200, body: { remoteAddress } })
    const { http } = await rig([route({ access: { public: 'a test' }, handle: tell })], { settings })
    const answer = await http.inject({ url: '/api/things', headers, remoteAddress: '10.0.0.1' })
    return JSON.parse(answer.payload).remoteAddress
  }
  const forwarded = { 'x-forwarded-for': '6.6.6.6, 203.0.113.7' }

  it("is the connection's, whatever the caller claims", async () => {
    expect(await addressFor(forwarded)).to.equal('10.0.0.1')
  })

  it('is the one that a trusted proxy added, and not what came to the proxy', async () => {
    expect(await addressFor(forwarded, { trustProxy: true })).to.equal('203.0.113.7')
    expect(await addressFor({ 'x-forwarded-for': '2001:db8::7' }, { trustProxy: true })).to.equal('2001:db8::7')
  })

  it("is the connection's where the proxy says nothing that is an address", async () => {
    expect(await addressFor({ 'x-forwarded-for': 'unknown' }, { trustProxy: true })).to.equal('10.0.0.1')
    expect(await addressFor({}, { trustProxy: true })).to.equal('10.0.0.1')
  })
})
