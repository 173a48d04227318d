import { testServer } from '../core/testing/test-server.ts'

/** Root hooks of every test run: the database server that suites share is started by the first that needs it. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(40_000)
    await testServer.stop()
  },
}
