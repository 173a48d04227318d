export type PasswordRule = 'length' | 'upper-case' | 'lower-case' | 'number' | 'own-address'

export interface RuleFailure {
  readonly rule: PasswordRule
  readonly message: string
}

export interface RuleLimits {
  readonly minLength: number
  readonly maxLength: number
}

/** Which parts of the rule a new password breaks; empty when it is fine. Lengths are counted in characters, not bytes. */
export function brokenRules(password: string, email: string, limits: RuleLimits): readonly RuleFailure[] {
  const length = [...password].length
  const failures: readonly [broken: boolean, rule: PasswordRule, message: string][] = [
    [length < limits.minLength, 'length', `must have at least ${limits.minLength} characters`],
    [length > limits.maxLength, 'length', `must have at most ${limits.maxLength} characters`],
    [!/\p{Lu}/u.test(password), 'upper-case', 'must have an upper-case letter'],
    [!/\p{Ll}/u.test(password), 'lower-case', 'must have a lower-case letter'],
    [!/\p{N}/u.test(password), 'number', 'must have a number'],
    [password.toLowerCase() === email.toLowerCase(), 'own-address', 'must not be the email address'],
  ]
  return failures.filter(([broken]) => broken).map(([, rule, message]) => ({ rule, message }))
}
