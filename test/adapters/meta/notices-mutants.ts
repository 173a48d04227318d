import type { CaseName, ChannelDriver } from '@parley/core/testing/conformance'
import { expect } from 'chai'
import { ConformanceBench } from '../../../core/testing/conformance/bench.ts'
import { channelCases } from '../../../core/testing/conformance/cases/index.ts'
import type { PlatformMutantName } from './platform-mutants.ts'

/** Which cases each mistake must fail. */
const CAUGHT_BY: Readonly<Record<PlatformMutantName, readonly CaseName[]>> = {
  'reads only the first': ['batch', 'unknownKind'],
  'knows no redelivery': ['duplicate', 'reordered', 'echo'],
  'believes everybody': ['unsigned', 'tampered', 'emptySecret'],
  'drops the unknown': ['unknownKind'],
  'routes all to one account': ['twoTenants'],
  'drops echoes': ['echo'],
  'drops receipts': ['earlyStatus'],
  'reads bytes as Latin-1': ['foreignScripts'],
  'takes a broken body as empty': ['brokenBody'],
  'sends again what may have been sent': ['lostAnswer'],
  'calls all failures passing': ['finalRefusal', 'throttled', 'lostAnswer', 'wrongCredential'],
  'calls what may have been sent passing': ['lostAnswer', 'settlesUnknown'],
  'gives up when throttled': ['throttled', 'keepsOrder'],
  'sleeps on when told to stop': ['abort'],
  'tells the token': ['wrongCredential', 'noSecrets'],
  'forgets whom it wrote to': ['sends'],
  'hopes that a lost file comes back': ['expiredMedia'],
}

const INBOX: readonly CaseName[] = ['settlesUnknown', 'keepsOrder', 'earlyStatus', 'inConversation', 'showsFailure']

/** Cases that a channel whose vendor hands nothing of ours back cannot fail. */
const BY_OUR_ID: readonly CaseName[] = ['sends', 'settlesUnknown']

/**
 * Registers a case for each mistake: a copy of the channel that makes it must fail where it should. `own`: mistakes that this
 * channel's copy knows beside those of all.
 */
export function noticesPlatformMutants(
  driver: ChannelDriver,
  mutantChannel: string,
  own: Readonly<Record<string, readonly CaseName[]>> = {},
): void {
  const handsBack = driver.notApplicable?.settlesUnknown === undefined

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

    for (const [mutant, all] of Object.entries({ ...CAUGHT_BY, ...own })) {
      const cases = all.filter((name) => handsBack || !BY_OUR_ID.includes(name))
      if (cases.length === 0) continue
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
    }
  })
}
