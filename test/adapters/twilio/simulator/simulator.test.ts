import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { request } from 'undici'
import { signatureMatches } from '../../../../adapters/twilio/receive/signature.ts'
import simulateTwilio, { TwilioSimulator } from '../../../../adapters/twilio/simulator/index.ts'

const ACCOUNT = { sid: `AC${'4'.repeat(32)}`, authToken: 'token', friendlyName: 'Shop' }
const NUMBER = '+15005550006'
const ADA = '+4915112345678'

interface Call {
  readonly url: string
  readonly body: Buffer
  readonly signature: string
}

/** A server that Twilio calls, on a port of its own. */
async function openServer() {
  const calls: Call[] = []
  const server = createServer(async (call, answer) => {
    const chunks: Buffer[] = []
    for await (const chunk of call) chunks.push(chunk as Buffer)
    const signature = String(call.headers['x-twilio-signature'])
    calls.push({ url: call.url ?? '', body: Buffer.concat(chunks), signature })
    answer.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { calls, url, close: () => new Promise((resolve) => server.close(resolve)) }
}

describe('the simulated Twilio', () => {
  let server: Awaited<ReturnType<typeof openServer>>
  let simulator: TwilioSimulator

  beforeEach(async () => {
    server = await openServer()
    simulator = new TwilioSimulator({ accounts: [ACCOUNT] })
    await simulator.listen()
    simulator.addSender({ accountSid: ACCOUNT.sid, address: NUMBER, webhookUrl: `${server.url}/in#rc=2` })
  })

  afterEach(async () => {
    await simulator.close()
    await server.close()
  })

  async function send(fields: Readonly<Record<string, string>>, options: { token?: string } = {}) {
    const { token = ACCOUNT.authToken } = options
    const answer = await request(`${simulator.url}/2010-04-01/Accounts/${ACCOUNT.sid}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${ACCOUNT.sid}:${token}`).toString('base64')}` },
      body: new URLSearchParams({ From: NUMBER, To: ADA, ...fields }).toString(),
    })
    const body = (await answer.body.json()) as { code?: number; sid?: string; status?: string | number }
    return { status: answer.statusCode, ...body }
  }

  it('takes what Twilio takes, and refuses by its codes', async () => {
    const taken = await send({ Body: 'hi' })
    expect(taken.sid).to.match(/^SM[0-9a-f]{32}$/)
    const codes = await Promise.all([
      send({ Body: 'hi' }, { token: 'wrong' }),
      send({ Body: 'hi', To: 'nobody' }),
      send({ Body: 'hi', From: '+15005559999' }),
      send({ Body: '' }),
      send({ Body: 'a'.repeat(1_601) }),
      send({ MediaUrl: 'file:///etc/passwd' }),
    ])
    expect(codes.map(({ code }) => code)).to.deep.equal([20003, 21211, 21606, 21602, 14103, 21620])
  })

  it('signs its calls over the address without what steers itself, and the address it was given', async () => {
    simulator.customer(ADA, NUMBER).text('Hello & welcome + 1')
    await simulator.webhooks.idle()
    await send({ Body: 'hi', StatusCallback: `${server.url}/status?ref=1` })
    await simulator.webhooks.idle()
    expect(server.calls.map(({ url }) => url)).to.deep.equal(['/in', ...Array(3).fill('/status?ref=1')])
    for (const { url, body, signature } of server.calls) {
      const headers = { 'x-twilio-signature': signature }
      const call = { method: 'POST', body, headers, query: {}, url: server.url + url } as const
      expect(signatureMatches(call, ACCOUNT.authToken)).to.equal(true)
      expect(signatureMatches({ ...call, url: `${call.url}#rc=2` }, ACCOUNT.authToken)).to.equal(false)
    }
    const statuses = server.calls.slice(1).map(({ body }) => new URLSearchParams(body.toString()).get('MessageStatus'))
    expect(statuses).to.deep.equal(['queued', 'sent', 'delivered'])
  })

  it('obeys STOP and START itself, answers them, and refuses in between', async () => {
    const ada = simulator.customer(ADA, NUMBER)
    ada.text('yes')
    expect(ada.received).to.have.length(0)
    ada.text('Stop')
    expect(await send({ Body: 'hi' })).to.include({ code: 21610 })
    ada.text('START')
    ada.text('HELP')
    expect(await send({ Body: 'hi' })).to.not.have.property('code')
    expect(ada.received.map(({ automatic }) => automatic)).to.deep.equal([true, true, true, false])
  })

  it('says what a word meant where the service has Advanced Opt-Out', async () => {
    simulator.addSender({
      accountSid: ACCOUNT.sid,
      address: NUMBER,
      webhookUrl: `${server.url}/in`,
      advancedOptOut: true,
    })
    simulator.customer(ADA, NUMBER).text('stop')
    simulator.customer(ADA, NUMBER).text('stop it')
    await simulator.webhooks.idle()
    const types = server.calls.map(({ body }) => new URLSearchParams(body.toString()).get('OptOutType'))
    expect(types).to.deep.equal(['STOP', null])
  })

  it('is spoken to from another process: parley simulate twilio', async () => {
    await request(`${simulator.url}/_sim/senders`, {
      method: 'POST',
      body: JSON.stringify({ accountSid: ACCOUNT.sid, address: NUMBER, webhookUrl: `${server.url}/in` }),
    })
    const twilio = {
      endpointUrl: `${server.url}/in`,
      accountSid: ACCOUNT.sid,
      authToken: 'token',
      id: NUMBER,
      apiBaseUrl: simulator.url,
    }
    const lines: string[] = []
    await simulateTwilio(['HELP', '--from', ADA], { twilio }, (line) => lines.push(line))
    expect(lines).to.deep.equal(['→ HELP', '← Reply STOP to unsubscribe. Msg&Data Rates May Apply.'])
    const nothing = await simulateTwilio(['HELP'], {}, () => undefined).catch((error: unknown) => error)
    expect(nothing).to.include({ code: 'twilio.no-demo' })
  })
})
