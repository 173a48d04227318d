import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { BrokerHost, BrokerSignal, HostOptions } from './host.ts'
import type { KeeperOrders } from './keeper.ts'
import { asEnvironment, serverSettings } from './server-settings.ts'

const IMAGE = 'apache/kafka'
/** Read by the image's start script; the other variables become properties. */
const HEAP = 'KAFKA_HEAP_OPTS=-Xms128m -Xmx384m'

/** A broker in a container of the project's own image. Its data live as long as the container: until it is stopped. */
export class DockerHost implements BrokerHost {
  readonly name: string
  readonly port: number
  readonly #docker: string
  readonly #options: HostOptions
  readonly #container = `parley-kafka-${randomBytes(6).toString('hex')}`
  #lives = 0

  constructor(docker: string, options: HostOptions) {
    this.name = `${IMAGE}:${options.version} in Docker`
    this.port = options.port
    this.#docker = docker
    this.#options = options
  }

  /** Here rather than at the start, whose deadline is not meant for a download. */
  async prepare(): Promise<void> {
    await this.#run('pull', '--quiet', `${IMAGE}:${this.#options.version}`)
  }

  orders(): KeeperOrders {
    this.#lives += 1
    const args = this.#lives === 1 ? this.#firstStart() : ['start', '--attach', this.#container]
    return { command: this.#docker, args, orphaned: { run: [this.#docker, 'rm', '--force', this.#container] } }
  }

  async pid(): Promise<number> {
    const { stdout } = await this.#run('inspect', '--format', '{{.State.Pid}}', this.#container)
    return Number(stdout)
  }

  async signal(name: BrokerSignal): Promise<void> {
    if (name === 'SIGSTOP') await this.#run('pause', this.#container)
    else if (name === 'SIGCONT') await this.#unpause()
    else await this.#run('kill', '--signal', name, this.#container)
  }

  async remove(): Promise<void> {
    await this.#run('rm', '--force', this.#container)
  }

  #firstStart(): readonly string[] {
    const { version, port, controllerPort } = this.#options
    const settings = serverSettings({ port, controllerPort, host: '', logDirs: '/tmp/kraft-combined-logs' })
    const environment = [HEAP, ...asEnvironment(settings)].flatMap((variable) => ['--env', variable])
    const publish = ['--publish', `127.0.0.1:${port}:${port}`]
    return ['run', '--name', this.#container, ...publish, ...environment, `${IMAGE}:${version}`]
  }

  /** Docker refuses to unpause what is not paused. */
  async #unpause(): Promise<void> {
    const { stdout } = await this.#run('inspect', '--format', '{{.State.Paused}}', this.#container)
    if (stdout.trim() === 'true') await this.#run('unpause', this.#container)
  }

  #run(...args: readonly string[]) {
    return promisify(execFile)(this.#docker, args)
  }
}
