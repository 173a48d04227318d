import type { Progress, SmtpError } from './smtp-refusal.ts'

/** An SMTP exchange that failed, and how far it had come. */
export class SmtpFailed extends Error {
  readonly error: SmtpError
  readonly progress: Progress

  constructor(error: SmtpError, progress: Progress) {
    super(error.message, { cause: error })
    this.error = error
    this.progress = progress
  }
}
