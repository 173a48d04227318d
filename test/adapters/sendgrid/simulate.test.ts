import { expect } from 'chai'
import simulate from '../../../adapters/sendgrid/simulator/index.ts'
import { SHOP, Shop } from './shop.ts'

describe('parley simulate sendgrid', function () {
  this.timeout(60_000)
  let shop: Shop

  before(async () => {
    shop = await Shop.open()
    const autoReplies = { enabled: true, greeting: 'Welcome!', keywords: [] }
    await shop.test.kernel.settingsFor('inbox').update(shop.test.tenantId, { autoReplies })
  })
  after(() => shop.close())

  it('writes a mail as a customer, and shows the mail that comes back', async () => {
    const lines: string[] = []
    const demo = { sendgrid: { address: SHOP, apiKey: shop.apiKey, apiBaseUrl: shop.simulator.url } }
    await simulate(['Hello?', '--from', 'new@customers.example'], demo, (line) => lines.push(line))
    expect(lines).to.deep.equal(['→ A question: Hello?', '← Re: A question: Welcome!'])
    const [mail] = shop.simulator.state.received.all
    expect(mail?.headers).to.include({ 'Auto-Submitted': 'auto-replied' })
  })

  it('says what is missing where there is no demo', async () => {
    const failed = await simulate(['Hello?'], {}).catch((error: unknown) => error)
    expect(failed).to.include({ code: 'sendgrid.no-demo' })
  })
})
