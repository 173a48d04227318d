import { type ConsentMeans, type ConsentStanding, type Refusal, refuse } from '@parley/core'

/** What the channel said itself, kept with the thread: it holds also where nobody else keeps wishes. */
export interface Consent {
  readonly marketing?: 'stop' | 'resume'
  readonly all?: 'stop' | 'resume'
  /** When, by purpose, ISO 8601 UTC. Older threads do not know it. */
  readonly at?: Readonly<Record<string, string>>
}

export interface ConsentFacts {
  readonly consent: Consent
  /** What whoever keeps wishes knows; absent where nobody does. */
  readonly standing?: ConsentStanding | undefined
}

/** For answers to the customer nothing but an objection to everything counts. */
const ANSWERING = 'conversation'

/** Why this person is not written to for this purpose; `undefined` when they may be. */
export function objection(facts: ConsentFacts, purpose: string): Refusal<'opted-out' | 'not-opted-in'> | undefined {
  for (const named of purpose === ANSWERING ? ['all'] : ['all', purpose]) {
    const words = named === 'all' ? 'not to be written to' : `to get no ${named} messages`
    const means = objectedBy(facts, named)
    if (means !== undefined) return refuse('opted-out', `This person asked ${words} (${HOW[means]}).`)
  }
  const { standing } = facts
  if (standing?.agreedOnly.includes(purpose) && standing.wishes[purpose]?.wish !== 'opt-in')
    return refuse('not-opted-in', `This person has not agreed to ${purpose} messages.`)
  return undefined
}

const HOW: Readonly<Record<ConsentMeans, string>> = {
  channel: 'on the channel itself',
  agent: 'an agent wrote it down',
  api: 'told by the API',
  link: 'by an unsubscribe link',
  import: 'by an import',
}

/** The thread may know of a stop that the keeper of wishes has not handled yet; only what was said later lifts it. */
function objectedBy({ consent, standing }: ConsentFacts, purpose: string): ConsentMeans | undefined {
  const told = standing?.wishes[purpose]
  if (told?.wish === 'opt-out') return told.means
  if (heardOf(consent, purpose) !== 'stop') return undefined
  const at = consent.at?.[purpose]
  const lifted = told !== undefined && (at === undefined || told.at.getTime() >= Date.parse(at))
  return lifted ? undefined : 'channel'
}

function heardOf(consent: Consent, purpose: string): 'stop' | 'resume' | undefined {
  return purpose === 'all' || purpose === 'marketing' ? consent[purpose] : undefined
}
