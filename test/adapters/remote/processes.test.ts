import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startTestKernel, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { sign } from '../../../adapters/remote/simulator/signing.mjs'
import { until } from '../../core/events/kit.ts'
import { describeWith } from '../../real-parts.ts'
import { settingsOf } from './driver.ts'
import { APP_SECRET, secretOf } from './vendor.ts'

const ROOT = join(import.meta.dirname, '../../..')
const ENDPOINT = secretOf('endpoint of a process')
const ACCOUNT = { account: 'line-1', title: 'A line', secrets: [secretOf('line-1')] }

const LANGUAGES: readonly { readonly name: string; readonly command: string; readonly args: readonly string[] }[] = [
  { name: 'plain Node', command: process.execPath, args: [join(ROOT, 'adapters/remote/simulator/main.mjs')] },
  { name: 'Python', command: 'python3', args: [join(ROOT, 'test/fixtures/remote-channel/remote.py')] },
]

for (const { name, command, args } of LANGUAGES)
  describeWith(command, runs(command), `a remote in ${name}, in a process of its own`, (path) => {
    let child: ChildProcess | undefined
    let url = ''
    let test: TestKernel

    before(async function () {
      this.timeout(60_000)
      const env = { ...process.env, REMOTE: JSON.stringify({ accounts: [ACCOUNT], secrets: [APP_SECRET] }) }
      child = spawn(path, [...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
      url = await firstLine(child)
      const plugins = ['./adapters/local-files', './plugins/contacts', './plugins/inbox'].map((use) => ({ use }))
      test = await startTestKernel({
        plugins: [...plugins, { use: './adapters/remote', settings: settingsOf(url) }],
        listen: true,
      })
      const secrets = { signingSecret: ENDPOINT }
      const { id } = await test.kernel.connections.createEndpoint({
        adapter: 'remote',
        tenantId: test.tenantId,
        secrets,
      })
      const { status } = await test.inject({
        method: 'POST',
        url: '/api/connections',
        payload: {
          ...{ provider: 'remote', externalId: ACCOUNT.account, name: 'A line', endpointId: id },
          secrets: { signingSecret: ACCOUNT.secrets[0] },
        },
      })
      expect(status).to.equal(201)
      await steer('hook', { url: `${test.baseUrl}/hooks/remote/${id}`, secrets: [ENDPOINT] })
    })

    after(async () => {
      await test?.stop()
      if (child === undefined) return
      child.kill()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    })

    async function steer(what: string, body: object): Promise<Record<string, unknown>> {
      const answer = await fetch(`${url}/_sim/${what}`, { method: 'POST', body: JSON.stringify(body) })
      return (await answer.json()) as Record<string, unknown>
    }

    async function received(): Promise<readonly { content: { text: string }; externalId: string }[]> {
      const answer = await fetch(`${url}/_sim/received`)
      return ((await answer.json()) as { messages: { content: { text: string }; externalId: string }[] }).messages
    }

    const told = (id: string, type: string, more: object) => ({
      ...{ id, type, account: ACCOUNT.account, occurredAt: new Date().toISOString() },
      ...more,
    })

    it('describes itself, and says whose account a secret opens', async () => {
      const { body } = await test.inject({ url: '/api/connections' })
      const [connection] = (body as { items: { id: string }[] }).items
      const tested = await test.inject({ method: 'POST', url: `/api/connections/${connection?.id}/test` })
      expect(tested.body).to.deep.equal({ ok: true, title: 'A line' })
    })

    it('tells what a customer wrote, carries the answer out and says what became of it', async function () {
      this.timeout(90_000)
      const sender = { identities: [{ kind: 'remote', scope: '', value: 'ada' }], displayName: 'Ada' }
      const content = { kind: 'text', text: 'Straße 👋' }
      const message = told('m1', 'message.received', { externalId: 'm1', sender, content })
      const wrong = told('m2', 'message.sent', {})
      const { body: taken } = await steer('tell', { events: [message, wrong, message] })
      expect(taken).to.deep.include({ accepted: 2 })
      expect(taken).to.have.nested.property('refused[0].field', 'events.1.type')
      await test.drain(20_000)
      const { body } = await test.inject({ url: '/api/conversations' })
      const [conversation] = (body as { items: { id: string }[] }).items
      const messages = `/api/conversations/${conversation?.id}/messages`
      await steer('faults', { fault: 'throttle' })
      await test.inject({ method: 'POST', url: messages, payload: { text: 'Hello Ada' } })
      await until(async () => (await received()).length === 1, 30_000)
      const [sent] = await received()
      expect(sent?.content.text).to.equal('Hello Ada')
      const status = { externalId: sent?.externalId, status: 'delivered' }
      await steer('tell', { events: [told('s1', 'status.changed', status)] })
      await until(async () => {
        const { items } = (await test.inject({ url: messages })).body as { items: { text: string; status: string }[] }
        expect(items.filter(({ text }) => text === 'Straße 👋')).to.have.length(1)
        return items.some(({ text, status }) => text === 'Hello Ada' && status === 'delivered')
      }, 30_000)
    })

    it('refuses a call that is not signed, one of another account, and one that it has seen', async () => {
      const target = 'GET /manifest'
      const manifest = async (headers: Readonly<Record<string, string>>) =>
        (await fetch(`${url}/manifest`, { headers })).status
      const now = Date.now()
      const good = sign('req_seen', target, [APP_SECRET], now)
      expect(await manifest({})).to.equal(401)
      expect(await manifest(sign('req_1', target, ACCOUNT.secrets, now))).to.equal(401)
      expect(await manifest(sign('req_2', 'GET /channel/templates', [APP_SECRET], now))).to.equal(401)
      expect(await manifest(sign('req_3', target, [APP_SECRET], now - 310_000))).to.equal(401)
      expect(await manifest(good)).to.equal(200)
      expect(await manifest(good)).to.equal(409)
    })
  })

/** The command, where this machine has it. */
function runs(command: string): string | undefined {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0 ? command : undefined
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the process has no standard output')
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the remote ended with ${code}`))),
  ])) as [string]
  return line
}
