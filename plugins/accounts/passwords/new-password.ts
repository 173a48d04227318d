import { type Logger, type PasswordScreen, problem, type Reply } from '@parley/core'
import { brokenRules } from '../domain/password-rule.ts'
import type { PasswordSettings } from '../settings.ts'

export interface NewPasswordParts {
  readonly screen: PasswordScreen | undefined
  readonly password: PasswordSettings
  readonly log: Logger
}

/** Longest that the list of stolen passwords is waited for. */
const SCREEN_MS = 2_000

/** Why a new password is not taken, as an answer that names every broken part of the rule; `undefined` when it is fine. */
export async function refusedPassword(
  password: string,
  email: string,
  { screen, password: limits, log }: NewPasswordParts,
): Promise<Reply | undefined> {
  const broken = brokenRules(password, email, limits)
  if (broken.length > 0) {
    return weak(
      `The password ${broken.map(({ message }) => message).join(', ')}.`,
      broken.map(({ rule }) => rule),
      broken.map(({ message }) => message),
    )
  }
  const found = await screen?.screen(password, AbortSignal.timeout(SCREEN_MS))
  if (found === 'unknown') log.warn({}, 'a new password could not be looked up in the list of stolen ones')
  if (found !== 'breached') return undefined
  const message = 'was found in a list of stolen passwords'
  return weak(`The password ${message}; choose another.`, ['breached'], [message])
}

function weak(detail: string, rules: readonly string[], messages: readonly string[]): Reply {
  const errors = messages.map((message) => ({ field: 'password', message }))
  return problem(400, 'accounts.password-refused', detail, { rules, errors })
}
