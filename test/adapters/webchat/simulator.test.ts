import { expect } from 'chai'
import simulate from '../../../adapters/webchat/simulator/index.ts'
import { startWebchat, type WebchatUnderTest } from './kit.ts'

describe('parley simulate webchat', () => {
  let kit: WebchatUnderTest

  before(async () => {
    kit = await startWebchat()
    kit.inbox.onMessage = ({ connectionId, sender }) => {
      const visitor = sender.identities[0]
      const lane = `${connectionId}/${visitor?.kind}:${visitor?.scope}:${visitor?.value}`
      kit.inbox.say(lane, { kind: 'text', text: 'How can we help?' })
    }
  })
  after(() => kit.stop())

  it('writes as a visitor and prints the answer', async () => {
    const lines: string[] = []
    const demo = { baseUrl: kit.url, tenantId: 't', apiKey: 'k', webchat: { channelId: kit.connection.id } }
    await simulate(['Hello'], demo, (line) => lines.push(line))
    expect(lines).to.deep.equal(['→ Hello', '← How can we help?'])
  })

  it('says what is missing when there is no demo to write to', async () => {
    const failure = await simulate(['Hello'], { baseUrl: kit.url }).catch((error: Error) => error)
    expect(failure).to.have.property('message').that.includes('"webchat" is required')
  })

  it('says what the server said when it refuses', async () => {
    const demo = { baseUrl: kit.url, webchat: { channelId: '0195a1b0-0000-7000-8000-000000000001' } }
    const failure = await simulate(['Hello'], demo).catch((error: Error) => error)
    expect(failure).to.have.property('message').that.includes('404')
  })
})
