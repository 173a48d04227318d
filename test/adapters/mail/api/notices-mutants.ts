import type { CaseName, ChannelDriver } from '@parley/core/testing/conformance'
import { expect } from 'chai'
import { ConformanceBench } from '../../../../core/testing/conformance/bench.ts'
import { channelCases } from '../../../../core/testing/conformance/cases/index.ts'
import type { MailMutantName } from './mutants.ts'

/** Which cases each mistake must fail. */
const CAUGHT_BY: Readonly<Record<MailMutantName, readonly CaseName[]>> = {
  'loses every second mail': ['batch', 'inConversation'],
  'knows no redelivery': ['duplicate', 'reordered'],
  'believes everybody': ['unsigned', 'tampered', 'emptySecret'],
  'drops the unknown': ['unknownKind'],
  'routes all to one account': ['twoTenants'],
  'reads bytes as Latin-1': ['foreignScripts'],
  'takes a broken body as empty': ['brokenBody'],
  'drops statuses': ['earlyStatus', 'settlesUnknown'],
  'sends again what may have been sent': ['lostAnswer'],
  'calls all failures passing': ['finalRefusal', 'throttled', 'lostAnswer', 'wrongCredential', 'showsFailure'],
  'calls what may have been sent passing': ['lostAnswer', 'settlesUnknown'],
  'gives up when throttled': ['throttled', 'keepsOrder'],
  'sleeps on when told to stop': ['abort'],
  'tells the key': ['wrongCredential', 'noSecrets'],
  'forgets whom it wrote to': ['sends'],
}

const INBOX: readonly CaseName[] = ['settlesUnknown', 'keepsOrder', 'earlyStatus', 'inConversation', 'showsFailure']

/** Registers a case for each mistake: a copy of the channel that makes it must fail where it should. */
export function noticesMailMutants(driver: ChannelDriver, mutantChannel: string): void {
  function mutated(mutant: string, cases: readonly CaseName[]): ChannelDriver {
    const withInbox = cases.some((name) => INBOX.includes(name))
    return {
      ...driver,
      plugins: (vendor) =>
        driver
          .plugins(vendor)
          .filter((entry) => withInbox || !entry.use.startsWith('./plugins/'))
          .map((entry) =>
            entry.use === `./adapters/${driver.provider}`
              ? { use: mutantChannel, settings: { ...(entry.settings as object), mutant } }
              : entry,
          ),
    }
  }

  describe(`the conformance suite notices a channel ${driver.name} that`, function () {
    this.timeout(60_000)

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
}
