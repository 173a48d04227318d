import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { rig } from '../kit.ts'

describe('core/http/live/client-script', () => {
  it('serves the client of the nes that the server runs, ready for a script tag', async () => {
    const { http } = await rig()
    const answer = await http.inject('/assets/nes.js')
    expect(answer.statusCode).to.equal(200)
    expect(answer.headers['content-type']).to.match(/^text\/javascript/)
    expect(answer.payload).to.equal(readFileSync('node_modules/@hapi/nes/lib/client.js', 'utf8'))
    const page: { nes?: { Client: unknown }; window?: object } = {}
    page.window = page
    runInNewContext(answer.payload, page)
    expect(page.nes?.Client).to.be.a('function')
  })

  it('may be cached by everybody, and is not sent again while it is the same', async () => {
    const { http } = await rig()
    const first = await http.inject('/assets/nes.js?v=1')
    expect(first.headers['cache-control']).to.match(/^public, max-age=\d+/)
    const headers = { 'if-none-match': String(first.headers.etag) }
    const again = await http.inject({ url: '/assets/nes.js', headers })
    expect([again.statusCode, again.payload]).to.deep.equal([304, ''])
  })
})
