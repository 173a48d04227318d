import { fileURLToPath } from 'node:url'
import { testServer } from '../core/testing/test-server.ts'
import { sharedKafka } from './kafka/shared-kafka.ts'

// With a broker every test kernel carries its events over it: the same suites, the same outcome.
if (process.env.KAFKA_BROKERS) {
  process.env.PARLEY_TEST_PLUGINS ??= fileURLToPath(new URL('../adapters/kafka', import.meta.url))
}

/** Root hooks of every test run: the servers that suites share are started by the first that needs them. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(40_000)
    await Promise.all([testServer.stop(), sharedKafka.stop()])
  },
}
