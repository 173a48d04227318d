import { expect } from 'chai'
import type { AccountName } from '../driver.ts'
import type { Cases } from './case.ts'

/** Shorter ones occur by chance. */
const MIN_SECRET = 8

/** Comes last: looks through all that the cases before it made the kernel say. */
export const secretCases = {
  async noSecrets(bench) {
    const accounts = (['first', 'second'] as const satisfies readonly AccountName[]).map((name) =>
      bench.vendor.account(name),
    )
    const secrets = [bench.vendor.webhook?.secrets ?? {}, ...accounts.map((account) => account.secrets ?? {})]
      .flatMap((named) => Object.values(named))
      .filter((secret) => secret.length >= MIN_SECRET)
    const said = [
      ...bench.log.lines,
      ...bench.answers.map((answer) => answer.body),
      ...(await bench.events('first')).map((event) => JSON.stringify(event)),
    ]
    for (const secret of secrets) expect(said.filter((line) => line.includes(secret))).to.deep.equal([])
  },
} satisfies Cases
