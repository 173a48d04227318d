import type { Broker } from './broker.ts'
import { findBrokerSource, startBroker } from './find-kafka.ts'

/** A Kafka that suites can use: what `describeWith('Kafka', findKafka(), …)` hands to them. */
export interface Kafka {
  /** `KAFKA_BROKERS`, `java` or `docker`. */
  readonly how: string
  /**
   * `127.0.0.1:29092`: the broker that all suites of the run share. The first to ask starts it, which takes seconds, and
   * minutes where it must be downloaded: `this.timeout(KAFKA_START_MS)`. Name topics and groups with `newPrefix()`.
   */
  brokers(): Promise<string>
}

/** What a hook that may be the first to ask for the broker should allow. */
export const KAFKA_START_MS = 360_000

/** One broker for all suites of a process, unless KAFKA_BROKERS names one that is there already. */
export class SharedKafka {
  readonly #env: NodeJS.ProcessEnv
  #found: { readonly kafka: Kafka | undefined } | undefined
  #running: Promise<Broker> | undefined

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /** Looked for once: asking Java and Docker takes a moment. */
  find(): Kafka | undefined {
    this.#found ??= { kafka: this.#look() }
    return this.#found.kafka
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    // One that did not start has told the suite that asked for it, and left nothing to stop.
    const broker = await running?.catch(() => undefined)
    await broker?.stop()
  }

  #look(): Kafka | undefined {
    const external = this.#env.KAFKA_BROKERS
    if (external) return { how: 'KAFKA_BROKERS', brokers: async () => external }
    const source = findBrokerSource(this.#env)
    return source && { how: source.kind, brokers: () => this.#brokers() }
  }

  async #brokers(): Promise<string> {
    this.#running ??= startBroker({}, this.#env)
    return (await this.#running).brokers
  }
}

/** The run's Kafka. Module state: mocha's root hooks and the suites have nothing else in common that could carry it. */
export const sharedKafka = new SharedKafka(process.env)

/** How Kafka can be had on this machine, or `undefined`. */
export function findKafka(): Kafka | undefined {
  return sharedKafka.find()
}
