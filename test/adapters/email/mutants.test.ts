import type { CaseName } from '@parley/core/testing/conformance'
import { expect } from 'chai'
import { ConformanceBench } from '../../../core/testing/conformance/bench.ts'
import { channelCases } from '../../../core/testing/conformance/cases/index.ts'
import { emailDriver } from './driver.ts'
import type { EmailMutantName } from './mutant-channel/mutants.ts'

/** Which cases each mistake must fail. */
const CAUGHT_BY: Readonly<Record<EmailMutantName, readonly CaseName[]>> = {
  'reads only the first': ['batch'],
  'knows no redelivery': ['duplicate', 'reordered', 'echo'],
  'drops the unknown': ['unknownKind'],
  'drops echoes': ['echo'],
  'drops reports': ['settlesUnknown', 'earlyStatus'],
  'routes all to one account': ['twoTenants'],
  'reads bytes as Latin-1': ['foreignScripts'],
  'sends again what may have been sent': ['lostAnswer'],
  'calls all failures passing': ['finalRefusal', 'throttled', 'lostAnswer', 'wrongCredential'],
  'calls what may have been sent passing': ['lostAnswer', 'settlesUnknown'],
  'gives up when throttled': ['throttled', 'keepsOrder'],
  'sleeps on when told to stop': ['abort'],
  'tells the password': ['wrongCredential', 'noSecrets'],
  'forgets whom it wrote to': ['sends'],
  'hopes that a lost file comes back': ['expiredMedia'],
}

const INBOX: readonly CaseName[] = ['settlesUnknown', 'keepsOrder', 'earlyStatus']
const mutantChannel = new URL('./mutant-channel/', import.meta.url).pathname

function mutated(mutant: string, cases: readonly CaseName[]): typeof emailDriver {
  const withInbox = cases.some((name) => INBOX.includes(name))
  return {
    ...emailDriver,
    plugins: (vendor) =>
      emailDriver
        .plugins(vendor)
        .filter((entry) => withInbox || !entry.use.startsWith('./plugins/'))
        .map((entry) =>
          entry.use === './adapters/email'
            ? { use: mutantChannel, settings: { ...(entry.settings as object), mutant } }
            : entry,
        ),
  }
}

describe('the conformance suite notices a channel Email that', function () {
  this.timeout(90_000)

  for (const [mutant, cases] of Object.entries(CAUGHT_BY))
    it(`${mutant} (by ${cases.join(', ')})`, async () => {
      const bench = await ConformanceBench.open(mutated(mutant, cases), { patienceMs: 3_000 })
      const failure = (name: CaseName) => channelCases[name](bench).catch((error: unknown) => error)
      try {
        // Something that is refused, for the secrets to be told in.
        if (cases.includes('noSecrets')) await failure('finalRefusal')
        for (const name of cases) expect(await failure(name), name).to.be.instanceOf(Error)
      } finally {
        await bench.close()
      }
    })
})
