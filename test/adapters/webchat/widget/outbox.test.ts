import { expect } from 'chai'
import { type PagePending, type PageStorage, widget } from './load.ts'

interface Outbox {
  keep(pending: PagePending): void
  drop(id: string): void
  clear(): void
  load(): readonly PagePending[]
}
interface OutboxModule {
  Outbox: new (storage: PageStorage, connectionId: string) => Outbox
}

describe("the page's outbox", () => {
  let make: (connectionId?: string) => Outbox
  let storage: PageStorage

  before(async () => {
    const { Outbox } = await widget<OutboxModule>('outbox.js')
    make = (connectionId = 'c1') => new Outbox(storage, connectionId)
  })
  beforeEach(async () => {
    storage = (await widget<{ memoryStorage(): PageStorage }>('storage.js')).memoryStorage()
  })

  const pending = (id: string, patch: Partial<PagePending> = {}): PagePending => ({
    id,
    at: 1,
    state: 'failed',
    text: id,
    ...patch,
  })

  it('gives back after a reload what was not sent, oldest first, to be sent with the same id', () => {
    const outbox = make()
    outbox.keep(pending('b', { at: 2 }))
    outbox.keep(pending('a', { at: 1 }))
    expect(make().load()).to.deep.equal([
      { id: 'a', at: 1, text: 'a', state: 'sending' },
      { id: 'b', at: 2, text: 'b', state: 'sending' },
    ])
  })

  it('is each chat’s own, and two tabs never overwrite each other', () => {
    const one = make()
    const other = make()
    one.keep(pending('a'))
    other.keep(pending('b'))
    make('c2').keep(pending('z'))
    one.drop('a')
    expect(
      make()
        .load()
        .map(({ id }) => id),
    ).to.deep.equal(['b'])
    make().clear()
    expect(make().load()).to.deep.equal([])
    expect(make('c2').load()).to.have.length(1)
  })

  it('keeps a file once it is uploaded, by its ticket', () => {
    make().keep(pending('a', { file: {} }))
    expect(make().load()).to.deep.equal([])
    make().keep(pending('a', { file: {}, ticket: 't' }))
    expect(make().load()[0]).to.include({ ticket: 't' }).and.not.have.property('file')
  })

  it('passes over what somebody else wrote under its keys', () => {
    storage.setItem('parley.webchat.c1.outbox.x', 'not json')
    storage.setItem('parley.webchat.c1.outbox.y', '{"id":7}')
    expect(make().load()).to.deep.equal([])
  })

  it('does not mind a full storage: the message is sent all the same', () => {
    storage.setItem = () => {
      throw new Error('QuotaExceededError')
    }
    expect(() => make().keep(pending('a'))).to.not.throw()
  })
})
