import type { CaseName, ChannelDriver } from '@parley/core/testing/conformance'
import { expect } from 'chai'
import { ConformanceBench } from '../../../core/testing/conformance/bench.ts'
import { CASES } from '../../../core/testing/conformance/case-names.ts'
import { channelCases } from '../../../core/testing/conformance/cases/index.ts'
import type { MutantName } from './mutant-channel/mutants.ts'

/** By mistake: the cases that must fail. */
export type CaughtBy<Name extends string = string> = Readonly<Record<Name, readonly CaseName[]>>

/** The mistakes that every channel can make. */
export const CAUGHT_BY: CaughtBy<MutantName> = {
  'reads only the first': ['batch', 'unknownKind'],
  'knows no redelivery': ['duplicate', 'reordered', 'echo'],
  'believes everybody': ['unsigned', 'tampered', 'emptySecret'],
  'drops the unknown': ['unknownKind'],
  'routes all to one account': ['twoTenants'],
  'reads bytes as Latin-1': ['foreignScripts'],
  'takes a broken body as empty': ['brokenBody'],
  'sends again what may have been sent': ['lostAnswer'],
  'calls all failures passing': ['finalRefusal', 'throttled', 'lostAnswer', 'wrongCredential'],
  'calls what may have been sent passing': ['lostAnswer', 'settlesUnknown'],
  'calls sent what was refused': ['finalRefusal', 'showsFailure'],
  'gives up when throttled': ['throttled', 'keepsOrder'],
  'gives up on a passing fault': ['passingFault'],
  'sleeps on when told to stop': ['abort'],
  'tells the secrets': ['wrongCredential', 'noSecrets'],
  'sends other words': ['sends', 'inConversation'],
  'forgets whom it wrote to': ['sends'],
  'never finds a file': ['picture'],
  'hopes that a lost file comes back': ['expiredMedia'],
}

/** Cases that are seen through the inbox. */
const INBOX: readonly CaseName[] = ['settlesUnknown', 'keepsOrder', 'earlyStatus', 'inConversation', 'showsFailure']

export interface Mutants {
  readonly driver: ChannelDriver
  /** Folder of the copy that makes the mistake named by its setting `mutant`. */
  readonly mutantChannel: string
  /** The entry in whose place it comes. Default: `./adapters/<provider>`. */
  readonly use?: string
  readonly caughtBy: CaughtBy
}

/**
 * Registers a test for each mistake: a copy of the channel that makes it must fail every case that it should and that the
 * channel has. And one that no case of the channel is without such a mistake.
 */
export function noticesMutants({ driver, mutantChannel, use, caughtBy }: Mutants): void {
  const has = (name: CaseName) => driver.notApplicable?.[name] === undefined
  const mistakes = Object.entries(caughtBy).map(([mutant, all]) => [mutant, all.filter(has)] as const)
  const right = use ?? `./adapters/${driver.provider}`

  function mutated(mutant: string, cases: readonly CaseName[]): ChannelDriver {
    const withInbox = cases.some((name) => INBOX.includes(name))
    const plugins: ChannelDriver['plugins'] = (vendor) =>
      driver
        .plugins(vendor)
        .filter((entry) => withInbox || !entry.use.startsWith('./plugins/'))
        .map((entry) =>
          entry.use === right ? { use: mutantChannel, settings: { ...(entry.settings as object), mutant } } : entry,
        )
    return { ...driver, plugins }
  }

  describe(`the conformance suite notices a channel ${driver.name} that`, function () {
    this.timeout(90_000)

    for (const [mutant, cases] of mistakes) {
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

    it('makes a mistake for every case that it has', () => {
      const caught = new Set(mistakes.flatMap(([, cases]) => cases))
      expect((Object.keys(CASES) as CaseName[]).filter((name) => has(name) && !caught.has(name))).to.deep.equal([])
    })
  })
}
