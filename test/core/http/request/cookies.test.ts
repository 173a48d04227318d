import { expect } from 'chai'
import { rig, route } from '../kit.ts'

const HOST = 'parley.example'
const OURS = `http://${HOST}`

describe('core/http/request/cookies', () => {
  const seen: (string | undefined)[] = []
  const echo = (over: object) =>
    route({
      access: { public: 'a test' },
      handle: async ({ headers }) => {
        seen.push(headers.cookie as string | undefined)
        return { status: 200, body: {} }
      },
      ...over,
    })
  const ask = async (over: object, headers: Record<string, string>) => {
    seen.length = 0
    const { http } = await rig([echo(over)])
    const method = 'method' in over ? String(over.method) : 'GET'
    const answer = await http.inject({ method, url: '/api/things', headers: { host: HOST, ...headers } })
    return { status: answer.statusCode, code: JSON.parse(answer.payload).code, seen: [...seen] }
  }
  const cookie = { cookie: 'session=1' }

  it('are withheld from a route that does not say that it reads them', async () => {
    expect(await ask({}, cookie)).to.deep.equal({ status: 200, code: undefined, seen: [undefined] })
    expect((await ask({ method: 'POST' }, { ...cookie, origin: 'https://evil.example' })).seen).to.deep.equal([
      undefined,
    ])
  })

  it('come with a change only from a page of our own address', async () => {
    const write = { method: 'POST', cookies: true }
    for (const [headers, status] of [
      [{ origin: OURS }, 200],
      [{ 'sec-fetch-site': 'same-origin' }, 200],
      [{ origin: 'https://evil.example' }, 403],
      [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }, 403],
      [{ origin: 'null' }, 403],
      [{ 'sec-fetch-site': 'same-site' }, 403],
      [{}, 403],
    ] as const) {
      const answer = await ask(write, { ...cookie, ...headers })
      expect([answer.status, answer.seen], JSON.stringify(headers)).to.deep.equal([
        status,
        status === 200 ? ['session=1'] : [],
      ])
    }
    expect((await ask(write, cookie)).code).to.equal('csrf.refused')
  })

  it('are shown to a read from anywhere, and a change without any needs no origin', async () => {
    expect((await ask({ cookies: true }, { ...cookie, origin: 'https://evil.example' })).seen).to.deep.equal([
      'session=1',
    ])
    expect((await ask({ method: 'POST', cookies: true }, {})).status).to.equal(200)
  })
})
