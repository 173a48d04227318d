import Mocha from 'mocha'
import { missingParts } from './real-parts.ts'

/**
 * mocha's own spec report, closed by what a reader looks for last: suites that could not run on this machine, by name,
 * and one plain line of counts.
 */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      for (const { part, suites } of missingParts()) {
        console.log(`NOT RUN, for want of ${part}: ${suites.join('; ')}`)
      }
      const { passes, failures, pending } = this.stats
      console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
    })
  }
}
