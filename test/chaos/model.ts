import Joi from 'joi'
import type { Knex } from 'knex'
import type { CrashPoint } from '../../core/events/index.ts'
import { defineEvent, type EventType } from '../../core/plugin/event.ts'

/** One step of a key's known order. */
export interface Step {
  /** 1, 2, 3, … of its key. */
  readonly n: number
  /** Fails at its first try. */
  readonly flaky: boolean
  /** Fails always. */
  readonly poison: boolean
}

export const stepped: EventType<Step> = defineEvent<Step>({
  type: 'chaos.stepped.v1',
  topic: 'chaos',
  summary: 'A key took its next step.',
  schema: Joi.object({
    n: Joi.number().integer().min(1).required(),
    flaky: Joi.boolean().required(),
    poison: Joi.boolean().required(),
  }),
})

export const tenants = [
  '0a000000-0000-7000-8000-000000000001',
  '0b000000-0000-7000-8000-000000000002',
  '0c000000-0000-7000-8000-000000000003',
] as const

export const groups = ['chaos.serial', 'chaos.keyed', 'chaos.stream'] as const

/** Where handlers leave their effects. No unique key on the first two groups: a double effect must be seen. */
export async function createEffects(admin: Knex): Promise<void> {
  await admin.raw('create schema chaos')
  await admin.raw(`create table chaos.effect (
    seq bigserial primary key, grp text not null, tenant_id uuid not null, key text not null, n integer not null)`)
  await admin.raw(`create unique index effect_stream on chaos.effect (tenant_id, key, n) where grp = 'chaos.stream'`)
  await admin.raw('grant usage on schema chaos to parley_app')
  await admin.raw('grant select, insert on chaos.effect to parley_app')
  await admin.raw('grant usage on sequence chaos.effect_seq_seq to parley_app')
}

/** What a client sends to a server process. */
export interface Send {
  readonly tenantId: string
  readonly key: string
  readonly step: Step
}

/** With this probability at each hit, or at exactly the nth one of a life. See CrashPoint. */
export type SelfCrash =
  | { readonly point: CrashPoint; readonly probability: number }
  | { readonly point: CrashPoint; readonly nth: number }

/** What a server process tells: where it listens, what its carrier has counted so far, and that it dies as ordered. */
export type ServerMessage = { readonly port: number } | { readonly figures: Figures } | { readonly crashed: CrashPoint }

/** As `CarriageFigures`. */
export type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>

/** A server process that is to carry its events over Kafka. */
export interface KafkaOrders {
  readonly brokers: string
  readonly prefix: string
  /** Runs a second relay, which believes to hold the leases of all partitions, always. */
  readonly usurper: boolean
  /** Share of the fetches whose first half is kept from the follower. */
  readonly truncated: number
}

/** What a server process is told when it is started, as JSON in its first argument. */
export interface ServerOrders {
  readonly appUrl: string
  readonly seed: number
  readonly mutant: string | undefined
  /** How long the keyed handler takes over a batch: what it holds meanwhile makes a zombie of a stopped process. */
  readonly keyedPauseMs: number
  /** True: leases run out between two renewals, so that several servers believe to own a partition, all the time. */
  readonly zombies: boolean
  /** Transactions of the keyed handler side by side. */
  readonly keyedConcurrency: number
  /** Kills itself at this moment with this probability. */
  readonly crash: SelfCrash | undefined
  /** `undefined`: consumers read the log. */
  readonly kafka: KafkaOrders | undefined
}
