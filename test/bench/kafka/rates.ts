import { setTimeout as pause } from 'node:timers/promises'
import { relayGroup } from '../../../core/events/carrier/relay-store.ts'
import { newPrefix } from '../../kafka/prefix.ts'
import { Child } from '../child.ts'
import type { BareOrders, BareResult } from './bare.ts'
import { LogDatabase } from './log-database.ts'
import { noted } from './noted.ts'
import type { ParleyOrders } from './parley.ts'

/** Messages a second. */
export interface Rates {
  readonly relay: number
  readonly bareProduce: number
  readonly consume: number
  readonly bareConsume: number
}

export interface RatesPlan {
  readonly adminUrl: string
  readonly brokers: string
  readonly rounds: number
  /** Events of one measurement. */
  readonly events: number
}

const GROUP = 'bench.nothing'
/** As many as a relay sends at once. */
const BATCH = 500
const PARTITIONS = 32
const LIVE_MS = 30_000

/**
 * The relay, and consumption into a handler that does nothing, beside kafkajs alone doing the same to the same bytes on the
 * same broker. Who is measured is stopped (SIGSTOP) while its work is put before it, and timed from SIGCONT on.
 */
export async function measureRates(plan: RatesPlan): Promise<readonly Rates[]> {
  const stack = new AsyncDisposableStack()
  try {
    const relayed = await Side.open(stack, plan, false)
    const consumed = await Side.open(stack, plan, true)
    const bare = new Child('test/bench/kafka/bare.ts', [plan.brokers], {})
    stack.defer(() => bare.stop())
    await bare.message()
    const rates: Rates[] = []
    // One round more than is kept: in the first, code is compiled.
    for (let round = 0; round <= plan.rounds; round += 1) {
      const measured = await measureRound({ plan, relayed, consumed, bare, round })
      if (round > 0) rates.push(measured)
    }
    return rates
  } finally {
    await stack.disposeAsync()
  }
}

interface RoundParts {
  readonly plan: RatesPlan
  readonly relayed: Side
  readonly consumed: Side
  readonly bare: Child
  readonly round: number
}

async function measureRound({ plan, relayed, consumed, bare, round }: RoundParts): Promise<Rates> {
  const { events } = plan
  // One was there from the beginning.
  const kept = events + 1
  const ask = (orders: BareOrders) => {
    const answer = bare.message<BareResult>()
    bare.process.send(orders)
    return answer
  }
  const relayMs = await relayed.timed(relayGroup, 1 + events * (round + 1), () => relayed.database.fill(events))
  if (round === 0) await ask({ do: 'consume', topic: relayed.topic, count: kept })
  const topic = `${relayed.topic}.bare${round}`
  await ask({ do: 'make', topic, partitions: PARTITIONS })
  const produced = await ask({ do: 'produce', topic, batch: BATCH })
  const read = await ask({ do: 'consume', topic, count: kept })
  const as = { logId: await consumed.database.logId(), from: await consumed.database.lows(GROUP) }
  const consumeMs = await consumed.timed(GROUP, sum(as.from) + kept, async () => {
    await ask({ do: 'produce', topic: consumed.topic, batch: BATCH, as })
  })
  return {
    relay: (events * 1000) / relayMs,
    bareProduce: produced.perSecond,
    consume: (kept * 1000) / consumeMs,
    bareConsume: read.perSecond,
  }
}

function sum(lows: Readonly<Record<number, number>>): number {
  return Object.values(lows).reduce((total, low) => total + low, 0)
}

/** An engine in its own process with a database and topics of its own. */
class Side {
  readonly database: LogDatabase
  readonly topic: string
  readonly #child: Child

  private constructor(database: LogDatabase, topic: string, child: Child) {
    this.database = database
    this.topic = topic
    this.#child = child
  }

  static async open(stack: AsyncDisposableStack, plan: RatesPlan, consumes: boolean): Promise<Side> {
    const database = await LogDatabase.create(plan.adminUrl, consumes ? 'kafka_consume' : 'kafka_relay')
    stack.defer(() => database.close())
    const prefix = newPrefix()
    const orders: ParleyOrders = { appUrl: database.appUrl, brokers: plan.brokers, prefix, consumes }
    const child = new Child('test/bench/kafka/parley.ts', [JSON.stringify(orders)], {})
    stack.defer(() => child.stop())
    const side = new Side(database, `${prefix}${noted.topic}`, child)
    // One event through everything: topics are there, the relay has its leases, the handler gets what is delivered.
    await database.fill(1)
    await database.passed(relayGroup, 1)
    if (consumes) await side.#live()
    return side
  }

  /** Puts work before the stopped process. @returns how long it took over it, in milliseconds */
  async timed(group: string, count: number, prepare: () => Promise<void>): Promise<number> {
    this.#child.process.kill('SIGSTOP')
    try {
      await prepare()
    } finally {
      this.#child.process.kill('SIGCONT')
    }
    return this.database.passed(group, count)
  }

  async #live(): Promise<void> {
    const late = performance.now() + LIVE_MS
    for (;;) {
      const answer = this.#child.message<{ reading?: Record<string, number> }>()
      this.#child.process.send({})
      const { reading } = await answer
      if (reading?.live === PARTITIONS) return
      if (performance.now() > late) throw new Error(`the consumer was not live after ${LIVE_MS} ms`)
      await pause(100)
    }
  }
}
