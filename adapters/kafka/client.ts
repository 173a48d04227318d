import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import type { Logger } from '@parley/core'
import type { Kafka, KafkaConfig, LogEntry, SASLOptions } from 'kafkajs'
import type { KafkaSettings } from './settings.ts'
import { mendThrottleTimer } from './throttle-timer.ts'

export type ClientMaker = () => Promise<Kafka>

/** kafkajs is loaded when the client is first wanted: an installation without brokers does not pay for it. */
export function kafkaClient(settings: KafkaSettings, log: Logger): ClientMaker {
  let client: Promise<Kafka> | undefined
  return () => {
    client ??= connectable(settings, log)
    return client
  }
}

async function connectable(settings: KafkaSettings, log: Logger): Promise<Kafka> {
  const { Kafka, logLevel } = await import('kafkajs')
  mendThrottleTimer()
  const ssl = settings.tls ? await tlsOptions(settings) : undefined
  const config: KafkaConfig = {
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    connectionTimeout: settings.connectMs,
    requestTimeout: settings.requestMs,
    ...(ssl === undefined ? {} : { ssl }),
    ...(settings.sasl === undefined ? {} : { sasl: { ...settings.sasl } as SASLOptions }),
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 2_000 },
    logLevel: logLevel.WARN,
    // What matters is told by whoever uses the client; an outage alone fills pages here.
    logCreator: () => (entry) => log.debug({ kafkajs: entry.namespace, reason: reasonIn(entry) }, entry.log.message),
  }
  return new Kafka(config)
}

function reasonIn({ log }: LogEntry): string | undefined {
  return typeof log.error === 'string' ? log.error : undefined
}

async function tlsOptions({ tlsCaFile, tlsCertFile, tlsKeyFile }: KafkaSettings): Promise<ConnectionOptions> {
  const read = (file: string | undefined) => (file === undefined ? undefined : readFile(file, 'utf8'))
  const [ca, cert, key] = await Promise.all([read(tlsCaFile), read(tlsCertFile), read(tlsKeyFile)])
  return {
    ...(ca === undefined ? {} : { ca: [ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}
