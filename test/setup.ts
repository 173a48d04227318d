import { testServer } from '../core/testing/test-server.ts'
import { sharedKafka } from './kafka/shared-kafka.ts'

/** Root hooks of every test run: the servers that suites share are started by the first that needs them. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(40_000)
    await Promise.all([testServer.stop(), sharedKafka.stop()])
  },
}
