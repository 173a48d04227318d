import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { startTestKernel, type TestKernel } from '../../../../core/testing/start-test-kernel.ts'
import { asyncApiValidator, danglingReferences } from './validator.ts'

interface Document {
  readonly channels: Record<string, { address: string; messages: object; bindings: { kafka: { partitions: number } } }>
  readonly operations: Record<string, { readonly 'x-plugin': string }>
  readonly components: { readonly messages: Record<string, { readonly 'x-personal'?: readonly string[] }> }
}

const plugins = ['adapters', 'plugins'].flatMap((folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(`${folder}/${entry.name}`).includes('package.json'))
    .map((entry) => `./${folder}/${entry.name}`),
)

describe('core/http/asyncapi, with every plugin of the house', () => {
  let house: TestKernel
  let document: Document

  before(async () => {
    house = await startTestKernel({ plugins, env: { EVENTS_PARTITIONS: '8' } })
    const answer = await house.inject({ url: '/api/asyncapi.json', as: null })
    expect(answer.status).to.equal(200)
    document = answer.body as Document
  })
  after(() => house.stop())

  it('is a valid AsyncAPI 3.0 document with no reference that leads nowhere', () => {
    expect(asyncApiValidator()(document)).to.deep.equal([])
    expect(danglingReferences(document)).to.deep.equal([])
  })

  it('has every topic of the log with its partitions, and every message under its topic', async () => {
    const topics = await house.kernel.engine.channels()
    expect(Object.keys(document.channels)).to.have.members(topics.map(({ topic }) => topic))
    expect(Object.values(document.channels).map(({ bindings }) => bindings.kafka.partitions)).to.include(8)
    const messages = Object.values(document.channels).flatMap((channel) => Object.keys(channel.messages))
    expect(messages).to.have.members(Object.keys(document.components.messages))
    expect(messages).to.include('channel.message.received.v1')
  })

  it('says who publishes, the kernel itself included', () => {
    const publishers = Object.values(document.operations).map((operation) => operation['x-plugin'])
    expect(publishers).to.include.members(['whatsapp', 'webchat', 'inbox', 'contacts'])
    expect(Object.keys(document.operations)).to.include('whatsapp.publish.channel')
  })

  it('names the personal fields of what a customer wrote', () => {
    const received = document.components.messages['channel.message.received.v1']
    expect(received?.['x-personal']).to.include.members(['sender', 'content'])
  })

  it('is made once for as long as nothing is added', async () => {
    const again = await house.inject({ url: '/api/asyncapi.json', as: null })
    expect(again.body).to.deep.equal(document)
  })
})
