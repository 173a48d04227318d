import type { Logger } from '../../plugin/services.ts'

/** The kernel's warnings and errors as somebody who writes a plugin reads them: one line, and the stack below it. */
export function devLogger(print: (line: string) => void, folder: string): Logger {
  const say = (level: string) => (fields: object, message: string) => {
    const { err, error = err, ...rest } = fields as { err?: unknown; error?: unknown }
    const more = Object.entries(rest).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    print([`${level} ${message}`, ...more].join('  '))
    if (error instanceof Error) for (const line of shownError(error, folder)) print(`  ${line}`)
  }
  const logger: Logger = { debug() {}, info() {}, warn: say('warning:'), error: say('ERROR:'), child: () => logger }
  return logger
}

/** What an error says, and where in the package it came from; frames of Node and of other packages say nothing to its author. */
export function shownError(error: Error, folder: string): readonly string[] {
  const [, ...frames] = (error.stack ?? '').slice(error.message.length + error.name.length).split('\n')
  const own = frames.filter((frame) => frame.includes(folder) && !frame.includes('node_modules'))
  const shown = own.map((frame) => frame.trim().replace(`file://${folder}`, '.').replace(folder, '.'))
  const cause = error.cause instanceof Error ? shownError(error.cause, folder).map((line) => `caused by ${line}`) : []
  return [`${error.name}: ${error.message}`, ...shown, ...cause]
}
