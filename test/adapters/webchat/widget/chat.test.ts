import { EventEmitter, once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import nes from '@hapi/nes/lib/client.js'
import { expect } from 'chai'
import { systemClock } from '../../../../core/clock.ts'
import { startWebchat, type WebchatUnderTest } from '../kit.ts'
import { laneOf } from '../stand-in-inbox.ts'
import { type PageState, type PageStorage, type PageStore, widget } from './load.ts'

interface StoredSession {
  readonly token: string
  readonly participantId: string
}
interface Chat {
  start(): Promise<void>
  say(text: string): void
  wake(): void
  show(visible: boolean): void
  logout(): Promise<void>
}
type Call = (method: string, path: string, options?: { token?: string; body?: object }) => Promise<{ ok: boolean }>

/** A browser tab without a browser: the page's own modules over a real server. Storage and session outlive the tab. */
class Tab {
  readonly changed = new EventEmitter()
  readonly storage: PageStorage
  readonly kept: { session: StoredSession | undefined; unread: number }
  chat: Chat | undefined
  store: PageStore | undefined
  /** Runs before each call; may throw in the network's place. */
  network: (path: string, method: string) => void | Promise<void> = () => {}
  /** Runs after the server has answered; may lose the answer. */
  answered: (path: string) => void = () => {}

  constructor(storage: PageStorage, kept: Tab['kept'] = { session: undefined, unread: 0 }) {
    this.storage = storage
    this.kept = kept
  }

  async open(kit: WebchatUnderTest): Promise<void> {
    const { Chat } = await widget<{ Chat: new (deps: object) => Chat }>('chat.js')
    const { Store } = await widget<{ Store: new () => PageStore }>('store.js')
    const { Session } = await widget<{ Session: new (deps: object) => unknown }>('session.js')
    const { Outbox } = await widget<{ Outbox: new (storage: PageStorage, id: string) => unknown }>('outbox.js')
    const { unreachable } = await widget<{ unreachable(error: unknown): { ok: boolean } }>('api.js')
    const { call } = await widget<{ call: Call }>('api.js')
    const ours: Call = async (method, path, options) => {
      try {
        await this.network(path, method)
        const answer = await call(method, kit.url + path, options)
        this.answered(path)
        return answer
      } catch (error) {
        return unreachable(error)
      }
    }
    const { kept } = this
    const host = {
      read: async () => kept.session,
      save: (session: StoredSession) => {
        kept.session = session
      },
      clear: () => {
        kept.session = undefined
      },
      unread: (count: number) => {
        kept.unread = count
      },
      identityRefused() {},
      close() {},
    }
    const connectionId = kit.connection.id
    const store = new Store()
    const session = new Session({ connectionId, host, call: ours })
    const outbox = new Outbox(this.storage, connectionId)
    const config = { connectionId, maxFileBytes: 1000, accept: '' }
    const deps = { config, store, session, outbox, host, call: ours, upload: undefined, Client: nes.Client }
    this.store = store
    this.chat = new Chat({ ...deps, socketUrl: kit.url.replace('http:', 'ws:') })
    store.subscribe(() => this.changed.emit('change'))
    await this.chat.start()
  }

  get state(): PageState {
    if (this.store === undefined) throw new Error('The tab is not open')
    return this.store.state
  }

  get texts(): readonly string[] {
    return [...this.state.messages.values()].sort((a, b) => a.seq - b.seq).map(({ text }) => text)
  }

  async until(test: (state: PageState) => boolean): Promise<void> {
    while (!test(this.state)) await once(this.changed, 'change')
  }

  /** Everything written is in the thread. */
  settled(): Promise<void> {
    return this.until(({ pending }) => pending.length === 0)
  }

  /** The tab is gone: nothing more comes from it. */
  async close(): Promise<void> {
    this.network = () => new Promise(() => {})
    const live = this.chat
    this.chat = undefined
    await live?.logout()
  }
}

describe('the chat in the page, over a real server', () => {
  let kit: WebchatUnderTest
  let tab: Tab
  const tabs: Tab[] = []
  let newTab: (from?: Tab) => Tab

  before(async () => {
    const { memoryStorage } = await widget<{ memoryStorage(): PageStorage }>('storage.js')
    newTab = (from) => {
      const made = new Tab(from?.storage ?? memoryStorage(), from === undefined ? undefined : { ...from.kept })
      tabs.push(made)
      return made
    }
  })
  beforeEach(async () => {
    kit = await startWebchat({ clock: systemClock })
    tab = newTab()
    await tab.open(kit)
  })
  afterEach(async () => {
    for (const one of tabs.splice(0)) await one.close()
    await kit.stop()
  })

  const lane = () => laneOf(kit.connection.id, tab.kept.session?.participantId ?? '')

  it('is nobody before the first message, and keeps who it is from then on', async () => {
    expect(tab.kept.session).to.equal(undefined)
    tab.chat?.say('Hello')
    await tab.settled()
    expect(tab.kept.session?.token).to.be.a('string')
    expect(tab.texts).to.deep.equal(['Hello'])
  })

  it('shows an answer that comes without being asked for', async () => {
    tab.chat?.say('Hello')
    await tab.settled()
    kit.inbox.say(lane(), { kind: 'text', text: 'Hi there' })
    await tab.until(({ messages }) => messages.size === 2)
    expect(tab.texts).to.deep.equal(['Hello', 'Hi there'])
  })

  it('is the same visitor with the same thread after a reload', async () => {
    tab.chat?.say('Hello')
    await tab.settled()
    const again = newTab(tab)
    await again.open(kit)
    await again.until(({ messages }) => messages.size === 1)
    expect(again.kept.session?.participantId).to.equal(tab.kept.session?.participantId)
    expect(again.texts).to.deep.equal(['Hello'])
  })

  it('sends again what was stored but whose answer was lost, and it is there once', async () => {
    let lost = 0
    tab.answered = (path) => {
      if (path === '/api/webchat/messages' && lost++ < 2) throw new Error('connection reset')
    }
    tab.chat?.say('Hello')
    tab.chat?.say('And more')
    await tab.settled()
    expect(tab.texts).to.deep.equal(['Hello', 'And more'])
    expect(lost).to.be.at.least(2)
  })

  it('sends after a reload what could not be sent before, in the order it was written', async () => {
    tab.network = () => {
      throw new Error('offline')
    }
    for (const text of ['one', 'two', 'three']) tab.chat?.say(text)
    await tab.until(({ offline }) => offline)
    expect(kit.inbox.ingested).to.deep.equal([])
    const again = newTab(tab)
    await again.open(kit)
    await again.until(({ messages, pending }) => messages.size === 3 && pending.length === 0)
    expect(again.texts).to.deep.equal(['one', 'two', 'three'])
  })

  it('catches up after the server was gone, with no gap and nothing twice', async () => {
    tab.chat?.say('Hello')
    await tab.settled()
    const port = Number(kit.http.server.info.port)
    await kit.stop()
    for (let i = 0; i < 250; i++) kit.inbox.say(lane(), { kind: 'text', text: `while away ${i}` })
    tab.chat?.say('Are you there?')
    await tab.until(({ offline }) => offline)
    kit = await startWebchat({ from: kit, port })
    tab.chat?.wake()
    await tab.until(({ messages, pending }) => messages.size === 252 && pending.length === 0)
    expect(tab.texts.slice(0, 3)).to.deep.equal(['Hello', 'while away 0', 'while away 1'])
    expect(tab.texts.at(-1)).to.equal('Are you there?')
    expect(new Set(tab.texts).size).to.equal(252)
    kit.inbox.say(lane(), { kind: 'text', text: 'live again' })
    await tab.until(({ messages, offline }) => messages.size === 253 && !offline)
  })

  it('counts as read what is in sight, and only as arrived what is not', async () => {
    const status = async (id: string, wanted: string) => {
      const read = () => kit.inbox.ingested.some(({ dedupeKey }) => dedupeKey === `${wanted}:${id}`)
      for (let i = 0; i < 100 && !read(); i++) await wait(20)
      return read()
    }
    tab.chat?.say('Hello')
    await tab.settled()
    tab.chat?.show(false)
    const id = kit.inbox.say(lane(), { kind: 'text', text: 'Hi' })
    expect(await status(id, 'delivered')).to.equal(true)
    expect(kit.inbox.ingested.some(({ dedupeKey }) => dedupeKey === `read:${id}`)).to.equal(false)
    expect(tab.kept.unread).to.equal(1)
    tab.chat?.show(true)
    expect(await status(id, 'read')).to.equal(true)
    await tab.until(({ messages }) => messages.get(id)?.status === 'read')
    expect(tab.kept.unread).to.equal(0)
  })

  it('starts over as somebody new when the server no longer knows its session, and loses no message', async () => {
    tab.chat?.say('Hello')
    await tab.settled()
    const before = tab.kept.session
    tab.kept.session = { token: 'forged', participantId: before?.participantId ?? '' }
    const again = newTab(tab)
    again.network = (path) => {
      // The renewal is lost, so that the dead token is used.
      if (path.endsWith('/session') && again.kept.session?.token === 'forged') throw new Error('offline')
    }
    await again.open(kit)
    again.chat?.say('Still here')
    await again.until(({ messages, pending }) => messages.size === 1 && pending.length === 0)
    expect(again.texts).to.deep.equal(['Still here'])
    expect(again.kept.session?.participantId).to.not.equal(before?.participantId)
  })

  it('forgets everything on logout', async () => {
    tab.chat?.say('Hello')
    await tab.settled()
    await tab.chat?.logout()
    expect(tab.kept.session).to.equal(undefined)
    expect([tab.state.messages.size, tab.state.cursor]).to.deep.equal([0, 0])
  })
})
