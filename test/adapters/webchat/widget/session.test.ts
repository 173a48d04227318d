import { expect } from 'chai'
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
}

/** A server whose answers come when the test lets them, and what the host keeps. */
class Far {
  readonly openings: Opening[] = []
  kept: StoredSession | undefined

  readonly call = (_method: string, _path: string, { body }: { body: Opening['body'] }) =>
    new Promise((resolve) => {
      const answer = (participantId: string) =>
        resolve({ ok: true, body: { token: `token of ${participantId}`, participantId } })
      this.openings.push({ body, answer })
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
    for (let turn = 0; turn < 100 && this.openings[index] === undefined; turn += 1) await Promise.resolve()
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
})
