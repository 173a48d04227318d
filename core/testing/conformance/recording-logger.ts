import type { Logger } from '../../plugin/services.ts'

/** Keeps every line as text, errors and their causes in full: for finding what must not be in it. */
export class RecordingLogger implements Logger {
  readonly lines: string[]

  constructor(lines: string[] = []) {
    this.lines = lines
  }

  debug(fields: object, message: string): void {
    this.#note(fields, message)
  }

  info(fields: object, message: string): void {
    this.#note(fields, message)
  }

  warn(fields: object, message: string): void {
    this.#note(fields, message)
  }

  error(fields: object, message: string): void {
    this.#note(fields, message)
  }

  child(fields: object): Logger {
    this.#note(fields, 'child')
    return new RecordingLogger(this.lines)
  }

  #note(fields: object, message: string): void {
    this.lines.push(`${message} ${JSON.stringify(fields, whole)}`)
  }
}

function whole(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { ...value, message: value.message, stack: value.stack, cause: value.cause }
  return typeof value === 'bigint' ? String(value) : value
}
