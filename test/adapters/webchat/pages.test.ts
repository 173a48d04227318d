import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { v7 } from 'uuid'
import { loadAssets } from '../../../adapters/webchat/assets.ts'
import { startWebchat, type WebchatUnderTest } from './kit.ts'

describe('the pages of the web chat', () => {
  let kit: WebchatUnderTest

  before(async () => {
    kit = await startWebchat({
      connection: {
        settings: { title: `Bikes & <b>"more"</b>`, allowedOrigins: ['https://shop.example', 'not an origin'] },
      },
    })
  })
  after(() => kit.stop())

  const get = async (path: string) => {
    const response = await fetch(kit.url + path)
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const chat = () => `/chat/${kit.connection.id}`

  it('has a page of its own, which nobody may frame, and an app that only the allowed sites may', async () => {
    const page = await get(chat())
    const app = await get(`${chat()}/app`)
    expect(page.status).to.equal(200)
    expect(page.headers.get('content-security-policy')).to.include("frame-ancestors 'none'")
    expect(app.headers.get('content-security-policy')).to.include("frame-ancestors 'self' https://shop.example;")
    expect(app.headers.get('x-frame-options')).to.equal(null)
  })

  it('lets only its own scripts run, and none inline', async () => {
    const { headers, text } = await get(chat())
    const policy = headers.get('content-security-policy')
    expect(policy).to.include("default-src 'none'")
    expect(policy).to.include("script-src 'self';")
    expect(policy).to.not.include('unsafe')
    expect(text).to.not.match(/<script(?![^>]*\bsrc=)/)
    expect(text).to.not.match(/\son\w+=|\sstyle=/)
  })

  it('shows the tenant’s words as words, never as markup', async () => {
    const { text } = await get(chat())
    expect(text).to.include('<title>Bikes &amp; &lt;b&gt;&quot;more&quot;&lt;/b&gt;</title>')
    expect(text).to.not.include('<b>')
  })

  it('is found by links with campaign parameters', async () => {
    expect((await get(`${chat()}?utm_source=mail&lang=de`)).status).to.equal(200)
  })

  it('does not exist for an unknown id, nor for something that is no id', async () => {
    expect((await get(`/chat/${v7()}`)).status).to.equal(404)
    expect((await get(`/chat/${v7()}/widget.js`)).status).to.equal(404)
    expect((await get('/chat/hello')).status).to.be.oneOf([400, 404])
  })

  it('gives sites a script with its connection written in, at most 5 kB packed', async () => {
    const { headers, text } = await get(`${chat()}/widget.js`)
    expect(headers.get('content-type')).to.include('text/javascript')
    expect(headers.get('cache-control')).to.match(/public, max-age=\d+/)
    expect(text).to.include(kit.connection.id)
    expect(text).to.not.include('__PARLEY_CONFIG__')
    expect(text).to.not.include('<b>')
    expect(gzipSync(text).length).to.be.at.most(5 * 1024)
  })

  it('serves the page’s files for ever under their version, at most 35 kB packed in all', async () => {
    const { version, files } = loadAssets()
    const packed = [...files.values()].reduce((sum, { content }) => sum + gzipSync(content).length, 0)
    const socket = gzipSync((await get('/assets/nes.js')).text).length
    expect(packed + socket).to.be.at.most(35 * 1024)
    const main = await get(`/chat/assets/${version}/main.js`)
    expect(main.headers.get('cache-control')).to.include('immutable')
    expect((await get(`/chat/assets/${version}/preact.js`)).text).to.include('export')
    expect((await get(`/chat/assets/${version}/styles.css`)).headers.get('content-type')).to.include('text/css')
  })

  it('keeps nothing for long that was asked for under another version, and serves no other file', async () => {
    const { version } = loadAssets()
    expect((await get('/chat/assets/0000/main.js')).headers.get('cache-control')).to.equal('no-store')
    expect((await get(`/chat/assets/${version}/loader.js`)).status).to.equal(404)
    expect((await get(`/chat/assets/${version}/nothing.js`)).status).to.equal(404)
    expect((await get(`/chat/assets/${version}/tsconfig.json`)).status).to.equal(400)
    expect((await get(`/chat/assets/${version}/..%2findex.js`)).status).to.equal(400)
  })
})
