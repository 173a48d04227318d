/** What a customer's words mean to Twilio itself. */
export type OptOut = 'stop' | 'start' | 'help'

/** "Twilio support for opt-out keywords" (2026): one word and nothing else, whatever its case. */
const WORDS: ReadonlyMap<string, OptOut> = new Map([
  ...['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'].map(
    (word) => [word, 'stop'] as const,
  ),
  ...['START', 'UNSTOP', 'YES'].map((word) => [word, 'start'] as const),
  ...['HELP', 'INFO'].map((word) => [word, 'help'] as const),
])

const TYPES: ReadonlyMap<string, OptOut> = new Map([
  ['STOP', 'stop'],
  ['START', 'start'],
  ['HELP', 'help'],
])

/** By Advanced Opt-Out's own verdict, which also knows the tenant's words and languages. */
export function declared(type: string | undefined): OptOut | undefined {
  return TYPES.get(type?.toUpperCase() ?? '')
}

/** By the words that Twilio knows without being told. They work on numbers, not on WhatsApp senders. */
export function optOutOf(body: string): OptOut | undefined {
  return WORDS.get(body.trim().toUpperCase())
}
