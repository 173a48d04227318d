import { ParleyError } from '../../plugin/errors.ts'
import { type Command, required } from '../command.ts'
import { loadDriver } from '../load-driver.ts'

export const conformanceCommand: Command = {
  name: 'conformance',
  usage: '<folder>',
  summary: 'Plays the conformance suite against the channel in a folder; says what is missing where a case fails.',
  help: [
    'The package names its driver as "parley": { "driver": "./test/driver.ts" }, and has chai among its devDependencies.',
    'Exit code 1 when a case fails.',
  ],
  async run(input, context) {
    const { driver } = await loadDriver(required(input, 0, 'the folder of a channel’s package'), context.cwd)
    const { conformanceTable, failuresOf, judgeChannel } = await import('../../testing/conformance/index.ts')
    const { testServer } = await import('../../testing/test-server.ts')
    try {
      const judgement = await judgeChannel(driver)
      for (const line of conformanceTable([judgement])) context.print(line)
      const failed = failuresOf(judgement)
      if (failed > 0) throw new ParleyError('conformance.failed', `${failed} cases fail; see above`)
    } finally {
      await testServer.stop()
    }
  },
}
