import { once } from 'node:events'
import { relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { readPackage } from '../../kernel/discover.ts'
import { type Command, required } from '../command.ts'
import { DevLoop } from '../dev/dev-loop.ts'
import { watchFolder } from '../dev/watch-folder.ts'

export const devCommand: Command = {
  name: 'dev',
  usage: '<folder>',
  summary: 'Runs the channel in a folder against its simulator, and anew after every change of its files.',
  help: [
    'An embedded Postgres, two tenants with an account each, an inbox and the simulated vendor are there at once, and gone',
    'afterwards. The package names its driver as "parley": { "driver": "./test/driver.ts" }.',
  ],
  async run(input, context) {
    const folder = resolve(context.cwd, required(input, 0, 'the folder of a channel’s package'))
    readPackage(folder, folder)
    const { testServer } = await import('../../testing/test-server.ts')
    const env = { ...process.env, PARLEY_TEST_DATABASE_URL: await testServer.adminUrl() }
    const loop = new DevLoop(folder, env)
    const unwatch = watchFolder(folder, (file) => {
      context.print(`\n${relative(folder, resolve(folder, file))} changed; starting anew …`)
      void loop.restart()
    })
    const keyboard = createInterface({ input: process.stdin })
    keyboard.on('line', (line) => loop.say(line))
    try {
      await loop.restart()
      // The end of the input is Ctrl-D, or that whoever typed is gone.
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(keyboard, 'close')])
    } finally {
      unwatch()
      keyboard.close()
      await loop.close()
      await testServer.stop()
    }
  },
}
