import { isDeepStrictEqual } from 'node:util'
import { newId } from '../plugin/new-id.ts'
import { Regularly } from '../plugin/regularly.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { bridged, type Offers } from './bridged.ts'
import { nobodyThere, PeerClient } from './peer-client.ts'
import type { Peer, PeerStore } from './peer-store.ts'
import type { PeerSettings } from './settings.ts'

export interface PeersOptions {
  readonly store: Pick<PeerStore, 'beat' | 'leave'>
  readonly ring: KeyRing
  readonly clock: Clock
  readonly log: Logger
  readonly settings: PeerSettings
}

type Facts = Readonly<Record<string, unknown>>

interface StandIn {
  readonly port: string
  readonly key: string
  readonly facts: Facts
  readonly value: unknown
  readonly until: number
}

/**
 * The other processes of the installation, when each runs a part of it: what they offer looks here as if it ran here.
 *
 * Each process writes down where it is reached and what it offers, again and again, and reads the same of the others. A process
 * that stops takes its line away; one that dies is forgotten after `awayMs`. What it offered is spoken of for `rememberMs` more, so
 * that what is sent meanwhile waits for the one that starts in its place. A call goes to one of those who offer what is asked,
 * by turns; when it cannot have arrived the next one is asked, and when it may have arrived nobody else is.
 */
export class Peers {
  /** Of this process. */
  readonly id = newId()
  readonly settings: PeerSettings
  readonly #options: PeersOptions
  readonly #client: PeerClient
  readonly #beating: Regularly
  /** By port and key: what stands in here for what was offered, and until when it is spoken of. */
  readonly #standIns = new Map<string, StandIn>()
  #url = ''
  #offers: () => Offers = () => ({})
  #others: readonly Peer[] = []
  #turn = 0

  constructor(options: PeersOptions) {
    this.#options = options
    this.settings = options.settings
    this.#client = new PeerClient(options)
    const { beatMs } = options.settings
    this.#beating = new Regularly('seeing the other processes', { everyMs: beatMs, log: options.log }, () =>
      this.beat(),
    )
  }

  /**
   * Known to the others when it resolves, and they are known here. `offers` is asked each time: what a provider can do may
   * become known later. @throws UnavailableError
   */
  async start(url: string, offers: () => Offers): Promise<void> {
    this.#url = url
    this.#offers = offers
    await this.beat()
    this.#beating.start()
  }

  async stop(): Promise<void> {
    await this.#beating.stop()
    this.#others = []
    await this.#options.store.leave(this.id)
  }

  /** @throws UnavailableError */
  async beat(): Promise<void> {
    const { store, clock, settings } = this.#options
    const now = clock.now()
    const self = { id: this.id, url: this.#url, offers: this.#offers() }
    this.#others = await store.beat(self, now, new Date(now.getTime() - settings.awayMs))
    const until = now.getTime() + settings.rememberMs
    for (const { offers } of this.#others) this.#remember(offers, until)
  }

  /** Provider keys that somebody else offers for a port. */
  keys(port: string): readonly string[] {
    return [...this.#standIns.values()].filter((one) => one.port === port && this.#counts(one)).map(({ key }) => key)
  }

  /** Stands in for a provider that runs elsewhere; `undefined` when nobody offers it. */
  byKey(port: string, key: string): unknown {
    const standIn = this.#standIns.get(`${port} ${key}`)
    return standIn !== undefined && this.#counts(standIn) ? standIn.value : undefined
  }

  #counts({ until }: StandIn): boolean {
    return until > this.#options.clock.millis()
  }

  #remember(offers: Offers, until: number): void {
    for (const [port, providers] of Object.entries(offers)) {
      for (const [key, facts] of Object.entries(providers)) {
        const name = `${port} ${key}`
        const known = this.#standIns.get(name)
        const same = known !== undefined && isDeepStrictEqual(known.facts, facts)
        const value = same ? known.value : this.#standIn(port, key, facts)
        this.#standIns.set(name, { port, key, facts, value, until })
      }
    }
  }

  #standIn(port: string, key: string, facts: Facts): unknown {
    const calls = bridged(port)?.calls ?? []
    const methods = calls.map((method) => [method, (...args: unknown[]) => this.#call(port, key, method, args)])
    return { ...facts, ...Object.fromEntries(methods) }
  }

  async #call(port: string, key: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const signal = signalIn(args)
    let why = 'nobody offers it now'
    for (const peer of this.#inTurn(port, key)) {
      const called = await this.#client.call(peer, { port, key, method, arguments: args }, signal)
      if (called.ok) return called.value
      why = called.away
    }
    throw nobodyThere(`${port} of ${key}`, why)
  }

  #inTurn(port: string, key: string): readonly Peer[] {
    const offering = this.#others.filter(({ offers }) => offers[port]?.[key] !== undefined)
    this.#turn += 1
    const first = this.#turn % Math.max(1, offering.length)
    return [...offering.slice(first), ...offering.slice(0, first)]
  }
}

/** A method's signal is an argument of its own or a field of one. */
function signalIn(args: readonly unknown[]): AbortSignal | undefined {
  const fields = args.flatMap((argument) => [argument, ...(isObject(argument) ? Object.values(argument) : [])])
  return fields.find((one) => one instanceof AbortSignal)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
