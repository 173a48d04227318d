import type { KeeperOrders } from './keeper.ts'

export type BrokerSignal = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'

/** What a broker runs on: a local Java, or Docker. It keeps the broker's data from one start to the next. */
export interface BrokerHost {
  /** `Java 17 …`, for people. */
  readonly name: string
  readonly port: number
  /** What is needed once: jars, an empty data folder. */
  prepare(): Promise<void>
  /** What to run, for every life anew. */
  orders(): KeeperOrders
  /** The broker's own process, given the pid of the command that runs it. */
  pid(command: number): Promise<number>
  /** To the broker's process, whatever state it is in. */
  signal(name: BrokerSignal, pid: number): Promise<void>
  /** Deletes its data, unless they are to be kept. The broker has ended. */
  remove(): Promise<void>
}

/** What every host is told. */
export interface HostOptions {
  readonly version: string
  readonly port: number
  readonly controllerPort: number
  /** Keeps the data there; without it they are temporary. */
  readonly folder?: string
}
