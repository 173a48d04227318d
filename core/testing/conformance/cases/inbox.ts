import { expect } from 'chai'
import type { ConformanceBench } from '../bench.ts'
import { InboxClient } from '../inbox-client.ts'
import type { Cases } from './case.ts'

const account = 'first'

/** A customer who just wrote, and the agent who has the conversation before them. */
async function open(bench: ConformanceBench, customer = 'ada') {
  const words = bench.fresh('question')
  bench.vendor.openWindow(account, customer)
  await bench.tell([{ fact: 'text', account, customer, id: words, text: words }])
  const agent = new InboxClient(bench, account)
  return { agent, words, conversationId: await agent.conversationWith(words) }
}

const arrivedWords = (bench: ConformanceBench) => bench.vendor.received(account).map((message) => message.text)

/** The message at the vendor, once it is there. */
function arrival(bench: ConformanceBench, agent: InboxClient, words: string) {
  const look = async () => bench.vendor.received(account).find((message) => message.text === words)
  return agent.eventually(`"${words}" at the vendor`, look)
}

/** False when the vendor has no word for any of them. */
async function reports(
  bench: ConformanceBench,
  words: string,
  statuses: readonly ('sent' | 'delivered' | 'read')[],
): Promise<boolean> {
  const message = bench.vendor.received(account).find((candidate) => candidate.text === words)
  if (message === undefined) throw new Error(`the vendor has no "${words}"`)
  const calls = await bench.vendor.statusCalls(statuses.map((status) => ({ account, message, status })))
  await bench.playAll(calls)
  return calls.length > 0
}

export const inboxCases = {
  async inConversation(bench) {
    const { agent, words, conversationId } = await open(bench)
    const answer = bench.fresh('answer')
    await agent.answer(conversationId, answer)
    const message = await arrival(bench, agent, answer)
    expect(message.customer).to.equal('ada')
    const told = await reports(bench, answer, ['sent', 'delivered', 'read'])
    const last = told ? 'read' : 'sent'
    const shown = await agent.messageThat(conversationId, answer, ({ status }) => status === last)
    expect(shown.externalId).to.equal(message.externalId)
    expect((await agent.messages(conversationId)).filter((one) => one.text === words)).to.have.length(1)
  },

  async keepsOrder(bench) {
    const { agent, conversationId } = await open(bench)
    const answers = Array.from({ length: 6 }, (_, index) => bench.fresh(`ordered-${index}`))
    bench.vendor.trouble('throttle')
    bench.vendor.trouble('passing-fault')
    for (const answer of answers) await agent.answer(conversationId, answer)
    await arrival(bench, agent, answers.at(-1) ?? '')
    expect(arrivedWords(bench).filter((words) => answers.includes(words))).to.deep.equal(answers)
  },

  async showsFailure(bench) {
    const { agent, conversationId } = await open(bench)
    const [refused, next] = [bench.fresh('refused'), bench.fresh('next')]
    bench.vendor.trouble('final-refusal')
    await agent.answer(conversationId, refused)
    await agent.messageThat(conversationId, refused, ({ status }) => status === 'failed')
    await agent.answer(conversationId, next)
    await arrival(bench, agent, next)
    expect(arrivedWords(bench)).to.not.include(refused)
  },

  async settlesUnknown(bench) {
    const { agent, conversationId } = await open(bench)
    const answer = bench.fresh('lost')
    bench.vendor.trouble('lost-answer')
    await agent.answer(conversationId, answer)
    await arrival(bench, agent, answer)
    await agent.messageThat(conversationId, answer, ({ status }) => status === 'unknown')
    await reports(bench, answer, ['sent', 'delivered'])
    await agent.messageThat(conversationId, answer, ({ status }) => status === 'delivered')
    expect(arrivedWords(bench).filter((words) => words === answer)).to.have.length(1)
    expect((await agent.messages(conversationId)).filter((one) => one.text === answer)).to.have.length(1)
  },

  async earlyStatus(bench) {
    const { agent, conversationId } = await open(bench)
    const answer = bench.fresh('early')
    bench.vendor.trouble('slow-answer')
    await agent.answer(conversationId, answer)
    const { externalId } = await arrival(bench, agent, answer)
    await reports(bench, answer, ['delivered', 'sent'])
    const known = ({ externalId: id, status }: { externalId?: string | null; status: string }) =>
      id === externalId && status === 'delivered'
    await agent.messageThat(conversationId, answer, known)
    await reports(bench, answer, ['sent', 'read'])
    await agent.messageThat(conversationId, answer, ({ status }) => status === 'read')
  },
} satisfies Cases
