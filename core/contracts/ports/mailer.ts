import { definePort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'

/** What a mail says: its own words, or a template that the mail service keeps. */
export type MailContent =
  | { readonly subject: string; readonly text: string; readonly html?: string }
  | { readonly template: string; readonly variables: Readonly<Record<string, string>> }

export interface Mail {
  readonly to: { readonly address: string; readonly name?: string }
  readonly content: MailContent
  /** BCP 47: `en`, `pt-BR`. */
  readonly locale: string
  /** A second mail with the same key is not sent. */
  readonly idempotencyKey: string
}

/** `refused`: this mail will never be taken (a bad address). `unavailable`: try again. `unknown`: it may have been sent. */
export type MailFailure = 'refused' | 'unavailable' | 'unknown'

/** Sends mail of the platform to its users (links, notices): not a channel to customers. */
export interface Mailer {
  send(mail: Mail, signal?: AbortSignal): Promise<Result<{ readonly id: string }, MailFailure>>
}

export const mailer = definePort<Mailer>('mailer')
