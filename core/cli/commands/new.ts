import { relative, resolve } from 'node:path'
import { ParleyError } from '../../plugin/errors.ts'
import { type Command, required, stringOption, UsageError } from '../command.ts'
import { KINDS, writePackage } from '../scaffold/write-package.ts'

export const newCommand: Command = {
  name: 'new',
  usage: 'channel|plugin <name> [--in <folder>]',
  summary: 'Writes a package that runs: a channel with its simulator and conformance suite, or a plugin.',
  help: [
    'The package is written to <folder>/<name> (default: here) and is called parley-channel-<name> or parley-plugin-<name>.',
    'Nothing that exists is overwritten.',
  ],
  options: { in: { type: 'string' } },
  async run(input, context) {
    const kind = required(input, 0, 'what to write: channel or plugin')
    if (kind === 'payment')
      throw new ParleyError(
        'new.no-port',
        'there is no port for payments in this version, so there is nothing to write against',
      )
    if (!Object.hasOwn(KINDS, kind)) throw new UsageError(`expected ${Object.keys(KINDS).join(' or ')}, got "${kind}"`)
    const name = required(input, 1, `the name of the ${kind}, in lower-case words joined by hyphens: pigeon-post`)
    // npm runs a script in the package's folder, and says where the person was.
    const here = context.env.INIT_CWD ?? context.cwd
    const written = await writePackage(kind, name, resolve(here, stringOption(input, 'in') ?? '.'))
    const folder = relative(here, written.folder) || '.'
    context.print(`${written.name} is in ${folder}: ${written.files.length} files.`)
    context.print('')
    context.print(`  cd ${folder}`)
    context.print('  npm install')
    for (const line of NEXT[kind] ?? []) context.print(line)
  },
}

const NEXT: Readonly<Record<string, readonly string[]>> = {
  channel: [
    '  npm run conformance   # what works, and what is missing, case by case',
    '  npm run dev           # talk to it; it starts anew after every change',
    '',
    'What is your vendor’s own is in src/vendor.ts, its simulated other side in test/vendor.ts.',
  ],
  plugin: ['  npm test', '', 'src/index.ts says what it contributes.'],
}
