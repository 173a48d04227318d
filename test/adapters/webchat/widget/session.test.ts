import { expect } from 'chai'
import { until } from '../../../core/events/kit.ts'
import { widget } from './load.ts'

interface StoredSession {
  readonly token: string
  readonly participantId: string
}
interface Session {
  readonly current: StoredSession | undefined
  resume(): Promise<void>
  toWrite(): Promise<{ ok: boolean; session?: StoredSession }>
  identify(identity: string): Promise<{ ok: boolean }>
  leave(): Promise<void>
}
interface Opening {
  readonly body: { readonly token?: string; readonly identity?: string }
  answer(participantId: string): void
  fail(status: number): void
}

/** A server whose answers come when the test lets them, and what the host keeps. */
class Far {
  readonly openings: Opening[] = []
  kept: StoredSession | undefined

  readonly call = (_method: string, _path: string, { body }: { body: Opening['body'] }) =>
    new Promise((resolve) => {
      const answer = (participantId: string) =>
        resolve({ ok: true, body: { token: `token of ${participantId}`, participantId } })
      const fail = (status: number) => resolve({ ok: false, status, retryable: status >= 429, code: '', detail: '' })
      this.openings.push({ body, answer, fail })
    })

  readonly host = {
    read: async () => this.kept,
    save: (session: StoredSession) => {
      this.kept = session
    },
    clear: () => {
      this.kept = undefined
    },
  }

  async opening(index: number): Promise<Opening> {
    await until(() => this.openings[index] !== undefined)
    const opening = this.openings[index]
    if (opening === undefined) throw new Error(`nobody asked for session ${index}`)
    return opening
  }
}

describe("the page's session", () => {
  let far: Far
  let session: Session

  beforeEach(async () => {
    const { Session: Page } = await widget<{ Session: new (deps: object) => Session }>('session.js')
    far = new Far()
    session = new Page({ connectionId: 'c1', host: far.host, call: far.call })
  })

  it('writes as the customer whose identity is on its way, and makes no visitor beside them', async () => {
    const identified = session.identify('signed for ada')
    const writing = session.toWrite()
    const opening = await far.opening(0)
    expect(opening.body).to.deep.equal({ identity: 'signed for ada' })
    opening.answer('ada')
    await identified
    expect((await writing).session?.participantId).to.equal('ada')
    expect(far.openings).to.have.length(1)
  })

  it('waits also for an identity that came while a message waited', async () => {
    const resumed = session.resume()
    const writing = session.toWrite()
    const identified = session.identify('signed for ada')
    ;(await far.opening(0)).answer('ada')
    await Promise.all([resumed, identified])
    expect((await writing).session?.participantId).to.equal('ada')
    expect(far.openings).to.have.length(1)
  })

  it('is nobody in particular after leaving, also when an identity was still on its way', async () => {
    const identified = session.identify('signed for ada')
    const left = session.leave()
    ;(await far.opening(0)).answer('ada')
    await Promise.all([identified, left])
    expect(session.current).to.equal(undefined)
    expect(far.kept).to.equal(undefined)
  })

  it('asks again for an identity that the server could not look at, while a message waits for it', async () => {
    const identified = session.identify('signed for ada')
    const writing = session.toWrite()
    ;(await far.opening(0)).fail(503)
    ;(await far.opening(1)).answer('ada')
    expect(await identified).to.have.property('ok', true)
    expect((await writing).session?.participantId).to.equal('ada')
    expect(far.openings.map(({ body }) => body)).to.deep.equal(Array(2).fill({ identity: 'signed for ada' }))
  })

  it('asks no more for an identity that was refused, or that somebody left meanwhile', async () => {
    const refused = session.identify('nonsense')
    ;(await far.opening(0)).fail(401)
    expect(await refused).to.include({ ok: false, retryable: false })
    const identified = session.identify('signed for ada')
    ;(await far.opening(1)).fail(503)
    const left = session.leave()
    await left
    expect(await identified).to.have.property('ok', false)
    expect(session.current).to.equal(undefined)
  })
})
