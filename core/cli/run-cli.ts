import { parseArgs } from 'node:util'
import { ParleyError, reasonOf } from '../plugin/errors.ts'
import { type CliContext, type Command, UsageError } from './command.ts'

/** Loaded when they are asked for: only `start` needs the whole kernel. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.ts')).startCommand,
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand,
  plugins: async () => (await import('./commands/plugins.ts')).pluginsCommand,
  'dead-letters': async () => (await import('./commands/dead-letters.ts')).deadLettersCommand,
  new: async () => (await import('./commands/new.ts')).newCommand,
  dev: async () => (await import('./commands/dev.ts')).devCommand,
  conformance: async () => (await import('./commands/conformance.ts')).conformanceCommand,
  replay: async () => (await import('./commands/replay.ts')).replayCommand,
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand,
  audit: async () => (await import('./commands/audit.ts')).auditCommand,
  privacy: async () => (await import('./commands/privacy.ts')).privacyCommand,
  keys: async () => (await import('./commands/keys.ts')).keysCommand,
  'lift-quarantine': async () => (await import('./commands/lift-quarantine.ts')).liftQuarantineCommand,
}

/** Runs one command line. 0: done; 1: it failed; 2: it was called wrongly. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    for (const line of await overview()) context.print(line)
    return name === undefined ? 2 : 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) {
    complain(`parley: there is no command "${name}"; "parley --help" lists them`)
    return 2
  }
  return runCommand(await load(), rest, context)
}

async function runCommand(command: Command, args: readonly string[], context: CliContext): Promise<number> {
  try {
    const { values, positionals } = parse(command, args)
    if (values.help === true) {
      for (const line of helpOf(command)) context.print(line)
      return 0
    }
    await command.run({ values, positionals }, context)
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      complain(`parley ${command.name}: ${error.message}\nusage: parley ${command.name} ${command.usage}`)
      return 2
    }
    complain(`parley ${command.name}: ${explain(error)}`)
    return 1
  }
}

function parse(command: Command, args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    return { values: values as Record<string, string | boolean | undefined>, positionals }
  } catch (error) {
    throw new UsageError(reasonOf(error))
  }
}

/** A refusal explains itself; a bug is shown with where it came from. */
function explain(error: unknown): string {
  if (error instanceof ParleyError) return `${error.message} (${error.code})`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

async function overview(): Promise<readonly string[]> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const width = Math.max(...commands.map(({ name, usage }) => `${name} ${usage}`.length))
  return [
    'usage: parley <command> [options]',
    '',
    ...commands.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(width)}  ${summary}`),
    '',
    '"parley <command> --help" says more. Settings come from the environment: PORT, PARLEY_HOME, DATABASE_URL, …',
  ]
}

function helpOf(command: Command): readonly string[] {
  const more = command.help ?? []
  return [
    `usage: parley ${command.name} ${command.usage}`,
    '',
    command.summary,
    ...(more.length > 0 ? ['', ...more] : []),
  ]
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}
