import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { ParleyError, reasonOf } from '../../core/plugin/errors.ts'
import { startBroker } from './find-kafka.ts'
import { fetchJars } from './jars.ts'
import { isFree } from './ports.ts'
import { findMaven } from './programs.ts'
import { kafkaVersion } from './version.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '9092' }, fetch: { type: 'boolean', default: false } },
})
const { env } = process
const version = kafkaVersion(env.KAFKA_VERSION)

/** `--fetch`: only brings the jars here, for a machine that is to run the tests later. */
async function fetchOnly(): Promise<void> {
  const maven = findMaven(env)
  if (maven === undefined) throw new ParleyError('kafka.download', 'There is no Maven (mvn) on the path.')
  console.log(`Apache Kafka ${version} is in ${await fetchJars(version, maven)}`)
}

/** Says whether somebody answers at KAFKA_BROKERS. */
async function checkExternal(brokers: string): Promise<void> {
  const client = new Kafka({ clientId: 'parley', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = client.admin({ retry: { retries: 1 } })
  try {
    await admin.connect()
    const { brokers: nodes } = await admin.describeCluster()
    console.log(`Nothing is started: KAFKA_BROKERS names a cluster of ${nodes.length} that answers.`)
    console.log(`KAFKA_BROKERS=${brokers}`)
  } catch (cause) {
    throw new ParleyError('kafka.unreachable', `KAFKA_BROKERS=${brokers} does not answer: ${reasonOf(cause)}`, {
      cause,
    })
  } finally {
    await admin.disconnect()
  }
}

/** Serves until it is told to end, or ends by itself. */
async function serve(): Promise<void> {
  const port = Number(values.port)
  if (!(await isFree(port))) {
    throw new ParleyError('kafka.port', `Port ${port} is taken; try: npm run kafka -- --port 9192`)
  }
  const told = new Promise<'told'>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done('told'))
    process.once('disconnect', () => done('told'))
  })
  // The launcher is listened to, not waited for.
  process.channel?.unref()
  // A release cannot read what a later one wrote, so each has a folder.
  const folder = join(resolve(env.PARLEY_HOME ?? '.parley'), 'kafka', version)
  const broker = await startBroker({ version, port, folder })
  console.log(`${broker.name}, pid ${broker.pid}, data in ${folder}; Ctrl-C ends it.`)
  console.log(`KAFKA_BROKERS=${broker.brokers}`)
  const last = await Promise.race([told, broker.ended()])
  if (last !== 'told') throw new ParleyError('kafka.ended', `The broker ended by itself. Its last lines:\n${last}`)
  await broker.stop()
}

try {
  if (values.fetch) await fetchOnly()
  else if (env.KAFKA_BROKERS) await checkExternal(env.KAFKA_BROKERS)
  else await serve()
} catch (error) {
  if (!(error instanceof ParleyError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
