import { expect } from 'chai'
import { request } from 'undici'
import { WhatsAppSimulator } from '../../../../adapters/whatsapp/simulator/index.ts'

const NUMBER = { phoneNumberId: '1', wabaId: '9', displayPhoneNumber: '15550000000', verifiedName: 'Bakery' }

describe("the WhatsApp simulator's templates", () => {
  let simulator: WhatsAppSimulator

  beforeEach(async () => {
    simulator = new WhatsAppSimulator({ accounts: [NUMBER] })
    await simulator.listen()
  })
  afterEach(() => simulator.close())

  const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) => {
    const { statusCode, body } = await request(`${simulator.url}${path}`, {
      method,
      headers: { authorization: 'Bearer EAA', 'content-type': 'application/json' },
      ...(payload && { body: JSON.stringify(payload) }),
    })
    const text = await body.text()
    return { status: statusCode, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
  }
  const hello = { name: 'hello', language: 'en', category: 'UTILITY', components: [{ type: 'BODY', text: 'Hi' }] }
  const create = (more: object = {}) => call('POST', '/v25.0/9/message_templates', { ...hello, ...more })

  it('wait for a review that another process decides', async () => {
    const made = await create()
    expect(made.body).to.include({ status: 'PENDING', category: 'UTILITY' })
    const decide = (payload: object) => call('PATCH', '/_sim/templates/hello', { language: 'en', ...payload })
    expect((await decide({ status: 'APPROVED', quality: 'GREEN' })).status).to.equal(204)
    expect(simulator.state.templatesOf('9')[0]).to.deep.include({
      status: 'APPROVED',
      quality_score: { score: 'GREEN' },
    })
    expect((await decide({ status: 'LOVED' })).status).to.equal(400)
  })

  it('are refused as Meta refuses them: a bad name, one that is there, placeholders without an example', async () => {
    const code = async (more: object) => ((await create(more)).body.error as { error_subcode?: number }).error_subcode
    await create()
    expect(await code({ name: 'No Good' })).to.equal(undefined)
    expect(await code({})).to.equal(2388024)
    expect(await code({ name: 'other', components: [{ type: 'BODY', text: '{{1}}' }] })).to.equal(2388043)
    expect((await create({ language: 'de' })).status).to.equal(200)
  })

  it('change only after their review, and go one language at a time', async () => {
    const { body } = await create()
    await create({ language: 'de' })
    const changed = () => call('POST', `/v25.0/${body.id}`, { components: [{ type: 'BODY', text: 'Hello' }] })
    expect((await changed()).status).to.equal(400)
    simulator.decideTemplate({ name: 'hello', language: 'en' }, { status: 'REJECTED', reason: 'SCAM' })
    expect(simulator.state.templatesOf('9')[0]).to.include({ rejected_reason: 'SCAM' })
    expect((await changed()).status).to.equal(200)
    expect(simulator.state.templatesOf('9')[0]).to.include({ status: 'PENDING' })
    const remove = () => call('DELETE', `/v25.0/9/message_templates?name=hello&hsm_id=${body.id}`)
    expect((await remove()).status).to.equal(200)
    expect(simulator.state.templatesOf('9').map(({ language }) => language)).to.deep.equal(['de'])
    expect((await remove()).status).to.equal(400)
  })
})
