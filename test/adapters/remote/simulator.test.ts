import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { ParleyError } from '@parley/core'
import { expect } from 'chai'
import simulate from '../../../adapters/remote/simulator/index.ts'
import { Remote } from '../../../adapters/remote/simulator/remote.mjs'
import { verify } from '../../../adapters/remote/simulator/signing.mjs'
import { secretOf } from './vendor.ts'

const SECRET = secretOf('endpoint of the demo')

describe('parley simulate remote', () => {
  let remote: Remote
  let hook: Server
  let told: string[]
  /** What stands in for Parley answers. */
  let answer: { status: number; body: object }

  beforeEach(async () => {
    told = []
    answer = { status: 200, body: { accepted: 1, refused: [] } }
    remote = new Remote({ accounts: [], secrets: [], steered: true })
    await remote.listen()
    hook = createServer(async (request, response) => {
      const body = await text(request)
      expect(verify(request.headers, body, [SECRET], Date.now())).to.equal(true)
      const [event] = JSON.parse(body).events
      told.push(event.content.text)
      const content = { kind: 'text', text: `You said ${event.content.text}` }
      const to = event.sender.identities[0].value
      remote.received.push({ externalId: event.id, account: event.account, to, content, correlationId: event.id })
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
    })
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
    remote.hook = { url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`, secrets: [SECRET] }
  })

  afterEach(async () => {
    await remote.close()
    hook.closeAllConnections()
    await new Promise((resolve) => hook.close(resolve))
  })

  const demo = () => ({ remote: { url: remote.url, account: 'demo-line' } })

  it('tells each text as a customer, and prints what they get', async () => {
    const lines: string[] = []
    await simulate(['Hello', 'there', '--from', 'ben'], demo(), (line) => lines.push(line))
    expect(told).to.deep.equal(['Hello', 'there'])
    expect(lines).to.deep.equal(['→ Hello', '→ there', '← You said Hello', '← You said there'])
  })

  it('says when Parley refused, when nobody is there, and when there is no demo', async () => {
    const failure = async (given: unknown) => {
      const error = await simulate(['Hello'], given, () => undefined).catch((cause: unknown) => cause)
      return error instanceof ParleyError ? error.code : error
    }
    answer = { status: 200, body: { accepted: 0, refused: [{ index: 0 }] } }
    expect(await failure(demo())).to.equal('simulator.webhook-refused')
    expect(await failure({ remote: { url: 'http://127.0.0.1:1', account: 'a' } })).to.equal('simulator.unreachable')
    expect(await failure({})).to.equal('remote.no-demo')
    expect(await failure(undefined)).to.equal('remote.no-demo')
  })
})
