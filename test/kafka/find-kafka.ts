import { ParleyError } from '../../core/plugin/errors.ts'
import { Broker } from './broker.ts'
import { DockerHost } from './docker-host.ts'
import type { BrokerHost, HostOptions } from './host.ts'
import { hasJars } from './jars.ts'
import { JavaHost } from './java-host.ts'
import { freePort } from './ports.ts'
import { findDocker, findJava, findMaven } from './programs.ts'
import { kafkaVersion } from './version.ts'

/** How a broker of our own can be had on this machine. */
export interface BrokerSource {
  readonly kind: 'java' | 'docker'
  make(options: HostOptions): BrokerHost
}

export interface StartOptions {
  /** `3.9`, `4.1.2`; KAFKA_VERSION without it. */
  readonly version?: string
  /** A free one without it. */
  readonly port?: number
  /** Keeps the data there (Java only); temporary without it. */
  readonly folder?: string
}

/** Java with jars in the cache or Maven to fetch them; a Docker engine; or nothing. */
export function findBrokerSource(env: NodeJS.ProcessEnv = process.env): BrokerSource | undefined {
  const java = findJava(env)
  const maven = findMaven(env)
  if (java !== undefined && (maven !== undefined || hasJars(kafkaVersion(env.KAFKA_VERSION)))) {
    return { kind: 'java', make: (options) => new JavaHost({ java, maven }, options) }
  }
  const docker = findDocker(env)
  return docker === undefined ? undefined : { kind: 'docker', make: (options) => new DockerHost(docker, options) }
}

/**
 * Starts a broker of one's own, ready for clients; ended with `stop`, or with this process.
 *
 * @throws ParleyError `kafka.missing` when there is neither Java with Maven nor Docker, `kafka.start`, `kafka.download`
 */
export async function startBroker(options: StartOptions = {}, env: NodeJS.ProcessEnv = process.env): Promise<Broker> {
  const source = findBrokerSource(env)
  if (source === undefined) {
    throw new ParleyError('kafka.missing', 'No Kafka broker can run here: it takes Java 17 and Maven, or Docker.')
  }
  const { folder } = options
  const host = source.make({
    version: kafkaVersion(options.version ?? env.KAFKA_VERSION),
    port: options.port ?? (await freePort()),
    controllerPort: await freePort(),
    ...(folder === undefined ? {} : { folder }),
  })
  const broker = new Broker(host, folder !== undefined)
  await broker.start()
  return broker
}
