import type {
  CarrierFollower,
  CarrierListener,
  CarrierPartition,
  CarrierTopic,
  EventCarrier,
  IncomingRecord,
  OutgoingRecord,
} from '../../../../core/contracts/ports/event-carrier.ts'
import { seededRandom } from '../../../../core/testing/seeded-random.ts'

const name = ({ topic, part }: CarrierPartition) => `${topic}/${part}`

/** A broker in this process, whose far end is under the test's control: it can go away, repeat, skip and refuse. */
export class MemoryBroker {
  readonly topics = new Map<string, number>()
  readonly #records = new Map<string, IncomingRecord[]>()
  readonly #followers = new Set<MemoryFollower>()
  readonly #random: () => number
  isUp = true
  /** Share of deliveries that come twice, that go back, and that are passed over. */
  mischief = 0

  constructor(seed = 1) {
    this.#random = seededRandom(seed)
  }

  /** One process's connection. */
  connect(): EventCarrier {
    return {
      ensureTopics: async (topics) => this.#ensure(topics),
      publish: async (records) => this.#publish(records),
      follow: (listener) => new MemoryFollower(this, listener, this.#followers),
      figures: () => ({ followers: this.#followers.size }),
    }
  }

  /** Connections are lost; what is published meanwhile is refused, half of it after it was stored. */
  goDown(): void {
    this.isUp = false
    for (const follower of this.#followers) follower.disconnected()
  }

  comeUp(): void {
    this.isUp = true
    for (const follower of this.#followers) follower.connected()
  }

  /** As a rebalance does to a follower. */
  rejoin(): void {
    for (const follower of this.#followers) {
      follower.disconnected()
      follower.connected()
    }
  }

  records(partition: CarrierPartition): readonly IncomingRecord[] {
    return this.#records.get(name(partition)) ?? []
  }

  /** True with this share, when there is mischief at all. */
  chance(): boolean {
    return this.mischief > 0 && this.#random() < this.mischief
  }

  #ensure(topics: readonly CarrierTopic[]): void {
    if (!this.isUp) throw new Error('The broker is away.')
    for (const { topic, partitions } of topics) this.topics.set(topic, partitions)
  }

  async #publish(records: readonly OutgoingRecord[]): Promise<void> {
    await new Promise(setImmediate)
    const taken = this.isUp ? records : records.slice(0, this.#random() < 0.5 ? records.length : 0)
    for (const { log, position, event } of taken) {
      if (!this.topics.has(position.topic)) throw new Error(`There is no topic ${position.topic}.`)
      const list = this.#records.get(name(position)) ?? []
      this.#records.set(name(position), list)
      list.push({ log, off: position.off, event: { ...event, data: JSON.parse(event.data) } })
    }
    for (const follower of this.#followers) follower.wake()
    if (!this.isUp) throw new Error('The broker is away.')
  }
}

class MemoryFollower implements CarrierFollower {
  readonly #broker: MemoryBroker
  readonly #listener: CarrierListener
  readonly #all: Set<MemoryFollower>
  readonly #places = new Map<string, { readonly partition: CarrierPartition; next: number; paused: boolean }>()
  #scheduled = false

  constructor(broker: MemoryBroker, listener: CarrierListener, all: Set<MemoryFollower>) {
    this.#broker = broker
    this.#listener = listener
    this.#all = all
    all.add(this)
  }

  set(partitions: readonly CarrierPartition[]): void {
    const wanted = new Set(partitions.map(name))
    for (const key of this.#places.keys()) if (!wanted.has(key)) this.#places.delete(key)
    const fresh = partitions.filter((partition) => !this.#places.has(name(partition)))
    for (const partition of fresh) this.#places.set(name(partition), { partition, next: 0, paused: false })
    if (this.#broker.isUp) this.#goLive(fresh)
  }

  pause(partition: CarrierPartition): void {
    const place = this.#places.get(name(partition))
    if (place !== undefined) place.paused = true
  }

  resume(partition: CarrierPartition): void {
    const place = this.#places.get(name(partition))
    if (place !== undefined) place.paused = false
    this.wake()
  }

  async stop(): Promise<void> {
    this.#all.delete(this)
    this.#places.clear()
  }

  disconnected(): void {
    this.#listener.lost()
  }

  connected(): void {
    this.#goLive([...this.#places.values()].map(({ partition }) => partition))
  }

  wake(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.#broker.isUp) for (const place of this.#places.values()) this.#deliver(place)
    })
  }

  #goLive(partitions: readonly CarrierPartition[]): void {
    for (const partition of partitions) {
      const place = this.#places.get(name(partition))
      if (place === undefined) continue
      place.next = this.#broker.records(partition).length
      place.paused = false
    }
    this.#listener.live(partitions)
  }

  #deliver(place: { readonly partition: CarrierPartition; next: number; paused: boolean }): void {
    if (place.paused) return
    const records = this.#broker.records(place.partition)
    if (this.#broker.chance()) place.next = Math.max(0, place.next - 3)
    if (this.#broker.chance()) place.next = Math.min(records.length, place.next + 2)
    const batch = records.slice(place.next)
    place.next = records.length
    if (batch.length > 0) this.#listener.records(place.partition, batch)
    if (batch.length > 0 && this.#broker.chance()) this.#listener.records(place.partition, batch)
  }
}
