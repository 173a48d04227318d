/** Where a broker listens and keeps its data. */
export interface Place {
  /** Clients'. */
  readonly port: number
  /** The controller's, inside the same process. */
  readonly controllerPort: number
  /** `127.0.0.1`; empty for every interface, inside a container. */
  readonly host: string
  readonly logDirs: string
}

export type ServerSettings = Readonly<Record<string, string | number | boolean>>

/**
 * One node that is broker and controller (KRaft), small enough to run beside the tests. Names and defaults:
 * kafka.apache.org/documentation/#brokerconfigs.
 */
export function serverSettings({ port, controllerPort, host, logDirs }: Place): ServerSettings {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://${host}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDirs,
    // One node has no replicas; the defaults of 3 would leave groups without a coordinator.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    ...shareGroups,
    'auto.create.topics.enable': false,
    // A killed broker may not come back before its controller has given up the life it had: 15 s of waiting by default.
    'broker.session.timeout.ms': 2_000,
    'broker.heartbeat.interval.ms': 500,
    // Tests do not wait for members that may still come, and may ask for short sessions.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    // Small: 16 MB segments; the cleaner's buffer instead of 128 MB; threads for two cores.
    'log.segment.bytes': 16_777_216,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'num.network.threads': 2,
    'num.io.threads': 4,
  }
}

/** Share groups came with 4.0; 3.9 ignores what it does not know. */
const shareGroups: ServerSettings = {
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
}

/** As a `server.properties` file. */
export function asProperties(settings: ServerSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** As the environment of the `apache/kafka` image: `log.dirs` is KAFKA_LOG_DIRS. */
export function asEnvironment(settings: ServerSettings): readonly string[] {
  return Object.entries(settings).map(([name, value]) => `KAFKA_${name.toUpperCase().replaceAll('.', '_')}=${value}`)
}
