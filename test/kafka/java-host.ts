import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ParleyError } from '../../core/plugin/errors.ts'
import type { BrokerHost, BrokerSignal, HostOptions } from './host.ts'
import { fetchJars, hasJars } from './jars.ts'
import type { KeeperOrders } from './keeper.ts'
import { asProperties, serverSettings } from './server-settings.ts'

export interface JavaTools {
  readonly java: string
  /** Not needed when the jars are in the cache. */
  readonly maven: string | undefined
}

/** Quick to start and small, at the cost of the throughput that a warm optimising compiler would bring. */
const JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true']
const HEAP = ['-Xms128m', '-Xmx384m']
const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
  '-Dorg.slf4j.simpleLogger.showShortLogName=true',
]

/** A broker in a JVM of this machine. */
export class JavaHost implements BrokerHost {
  readonly name: string
  readonly port: number
  readonly #tools: JavaTools
  readonly #options: HostOptions
  #jars = ''
  #folder = ''

  constructor(tools: JavaTools, options: HostOptions) {
    this.name = `Apache Kafka ${options.version} on ${tools.java}`
    this.port = options.port
    this.#tools = tools
    this.#options = options
  }

  async prepare(): Promise<void> {
    const { version, folder } = this.#options
    this.#jars = await jarsOf(this.#tools, version)
    this.#folder = folder ?? (await mkdtemp(join(tmpdir(), 'parley-kafka-')))
    await mkdir(this.#folder, { recursive: true })
    const { port, controllerPort } = this.#options
    const settings = serverSettings({ port, controllerPort, host: '127.0.0.1', logDirs: this.#logDirs() })
    await writeFile(this.#propertiesFile(), asProperties(settings))
    if (!existsSync(join(this.#logDirs(), 'meta.properties'))) await this.#format()
  }

  orders(): KeeperOrders {
    const remove = this.#options.folder === undefined ? { remove: this.#folder } : {}
    const args = [...HEAP, ...JVM, ...LOGGING, ...this.#main('kafka.Kafka'), this.#propertiesFile()]
    return { command: this.#tools.java, args, orphaned: remove }
  }

  async pid(command: number): Promise<number> {
    return command
  }

  async signal(name: BrokerSignal, pid: number): Promise<void> {
    try {
      process.kill(pid, name)
    } catch (error) {
      // It may have ended by itself a moment ago.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }

  async remove(): Promise<void> {
    if (this.#options.folder === undefined) await rm(this.#folder, { recursive: true, force: true })
  }

  #logDirs(): string {
    return join(this.#folder, 'log')
  }

  #propertiesFile(): string {
    return join(this.#folder, 'server.properties')
  }

  #main(name: string): readonly string[] {
    return ['-cp', join(this.#jars, '*'), name]
  }

  /** KRaft starts only on a folder that was given a cluster id before. */
  async #format(): Promise<void> {
    const args = ['format', '-t', clusterId(), '-c', this.#propertiesFile()]
    try {
      await promisify(execFile)(this.#tools.java, [
        ...JVM,
        ...LOGGING,
        ...this.#main('kafka.tools.StorageTool'),
        ...args,
      ])
    } catch (cause) {
      throw new ParleyError('kafka.format', `Could not make a data folder for Kafka in ${this.#folder}.`, { cause })
    }
  }
}

async function jarsOf({ maven }: JavaTools, version: string): Promise<string> {
  if (maven === undefined && !hasJars(version)) {
    throw new ParleyError('kafka.download', `The jars of Apache Kafka ${version} are not here, and neither is Maven.`)
  }
  return fetchJars(version, maven ?? '')
}

/** 16 bytes in base64url. Kafka's own never begin with a dash, which a command line would take for an option. */
function clusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A')
}
