import type { ParseArgsConfig } from 'node:util'

/** What a command sees of the world. */
export interface CliContext {
  /** The installation: where `config/` lies. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** One line for people, on stdout. */
  print(line: string): void
}

export interface CommandInput {
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly positionals: readonly string[]
}

/** One command of `parley`, in a file of its own. */
export interface Command {
  readonly name: string
  /** After the name: `<group> [--from earliest]`. */
  readonly usage: string
  readonly summary: string
  /** More words, and what the options mean; shown by `--help`. */
  readonly help?: readonly string[]
  readonly options?: NonNullable<ParseArgsConfig['options']>
  /** Throws ParleyError for what is wrong: its message is printed, and the exit code is 1. */
  run(input: CommandInput, context: CliContext): Promise<void>
}

/** The command was called in a way it cannot be: printed with its usage, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The positional at `index`, or a UsageError that names what was expected. */
export function required(input: CommandInput, index: number, what: string): string {
  const value = input.positionals[index]
  if (value === undefined) throw new UsageError(`expected ${what}`)
  return value
}

/** A string option, or `undefined`. */
export function stringOption(input: CommandInput, name: string): string | undefined {
  const value = input.values[name]
  return typeof value === 'string' ? value : undefined
}
