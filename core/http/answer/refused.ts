import type { ProblemFacts } from './problem.ts'

/** Ends a request early with a problem, from places in hapi's life cycle that can only throw. Expected, so never logged as an error. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly facts: ProblemFacts

  constructor(facts: ProblemFacts) {
    super(facts.detail)
    this.facts = facts
  }
}
