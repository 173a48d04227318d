import { expect } from 'chai'
import { message, type PageMessage, type PagePending, widget } from './load.ts'

interface Row {
  readonly type: 'day' | 'entry'
  readonly key: string
  readonly first: boolean
  readonly last: boolean
  readonly entry: { readonly mine: boolean; readonly message?: PageMessage; readonly pending?: PagePending }
}
interface ThreadModule {
  merge(known: ReadonlyMap<string, PageMessage>, read: readonly PageMessage[]): ReadonlyMap<string, PageMessage>
  unsettled(pending: readonly PagePending[], messages: ReadonlyMap<string, PageMessage>): readonly PagePending[]
  rows(messages: ReadonlyMap<string, PageMessage>, pending: readonly PagePending[]): readonly Row[]
  latestKey(rows: readonly Row[]): string | undefined
}

describe("the page's thread", () => {
  let thread: ThreadModule
  before(async () => {
    thread = await widget<ThreadModule>('thread.js')
  })

  const known = (...messages: PageMessage[]) => thread.merge(new Map(), messages)
  const pending = (id: string, patch: Partial<PagePending> = {}): PagePending => ({
    id,
    at: Date.UTC(2026, 2, 1, 13),
    state: 'sending',
    text: id,
    ...patch,
  })

  it('takes each message once and keeps its newest version, whatever order they are read in', () => {
    const old = message(1, { revision: 1, status: 'sent' })
    const fresh = message(1, { revision: 4, status: 'read' })
    for (const order of [
      [old, fresh],
      [fresh, old],
      [old, fresh, old, fresh],
    ]) {
      const merged = known(...order)
      expect([...merged.values()]).to.deep.equal([fresh])
    }
  })

  it('shows the thread by its own order, and what is on its way after it', () => {
    const rows = thread.rows(known(message(3), message(1), message(2)), [pending('p1')])
    expect(rows.filter(({ type }) => type === 'entry').map(({ key }) => key)).to.deep.equal(['m1', 'm2', 'm3', 'p1'])
  })

  it('lets go of what the thread shows, and keeps its row: nothing jumps, nothing shows twice', () => {
    const settled = message(1, { id: 'server-id', externalId: 'p1', from: 'visitor' })
    expect(thread.unsettled([pending('p1'), pending('p2')], known(settled)).map(({ id }) => id)).to.deep.equal(['p2'])
    const keys = thread.rows(known(settled), [pending('p1')]).map(({ key }) => key)
    expect(keys.filter((key) => key === 'p1')).to.have.length(1)
  })

  it('begins each day with its name, and groups what one person wrote within minutes', () => {
    const tomorrow = new Date(Date.UTC(2026, 2, 3, 12)).toISOString()
    const rows = thread.rows(
      known(
        message(1, { author: 'Anna' }),
        message(2, { author: 'Anna' }),
        message(3, { author: 'Ben' }),
        message(4, { from: 'visitor' }),
        message(5, { createdAt: tomorrow }),
      ),
      [],
    )
    expect(rows.filter(({ type }) => type === 'day')).to.have.length(2)
    const entries = rows.filter(({ type }) => type === 'entry')
    expect(entries.map(({ first, last }) => [first, last])).to.deep.equal([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
      [true, true],
    ])
  })

  it('offers the choices of the last message only, not counting what was never sent', () => {
    const last = (...more: PagePending[]) => thread.latestKey(thread.rows(known(message(1), message(2)), more))
    expect(last()).to.equal('m2')
    expect(last(pending('p1', { state: 'failed' }))).to.equal('m2')
    expect(last(pending('p1'))).to.equal('p1')
  })
})
