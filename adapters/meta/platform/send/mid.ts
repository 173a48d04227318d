/** Ids that we made for facts without one; a mid never has a colon. */
const OURS = /^(postback|referral|optin|reaction):/

/** The message of Meta's that an external id of ours names: files after a message's first are `<mid>#2` and so on. */
export function midOf(externalId: string): string | undefined {
  return OURS.test(externalId) ? undefined : externalId.split('#')[0]
}
