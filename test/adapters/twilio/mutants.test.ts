import type { CaseName, ChannelDriver } from '@parley/core/testing/conformance'
import { expect } from 'chai'
import type { TwilioChannel } from '../../../adapters/twilio/product.ts'
import { ConformanceBench } from '../../../core/testing/conformance/bench.ts'
import { CASES } from '../../../core/testing/conformance/case-names.ts'
import { channelCases } from '../../../core/testing/conformance/cases/index.ts'
import { smsDriver } from './driver.ts'
import { FOLDERS } from './drivers.ts'
import type { TwilioMutantName } from './mutants.ts'
import { twilioWhatsAppDriver } from './whatsapp-driver.ts'

/** Which cases each mistake must fail. */
const CAUGHT_BY: Readonly<Record<TwilioMutantName, readonly CaseName[]>> = {
  'drops files': ['batch'],
  'knows no redelivery': ['duplicate', 'reordered'],
  'believes everybody': ['unsigned', 'tampered', 'emptySecret'],
  'drops the unknown': ['unknownKind'],
  'routes all to one account': ['twoTenants'],
  'drops statuses': ['inConversation', 'earlyStatus'],
  'reads bytes as Latin-1': ['foreignScripts'],
  'takes a broken body as empty': ['brokenBody'],
  'sends again what may have been sent': ['lostAnswer'],
  'calls all failures passing': ['finalRefusal', 'throttled', 'lostAnswer', 'wrongCredential'],
  'calls what may have been sent passing': ['lostAnswer', 'settlesUnknown'],
  'gives up when throttled': ['throttled', 'keepsOrder'],
  'gives up on a passing fault': ['passingFault'],
  'takes a refusal for a success': ['finalRefusal', 'showsFailure'],
  'sleeps on when told to stop': ['abort'],
  'tells the token': ['wrongCredential', 'noSecrets'],
  'forgets whom it wrote to': ['sends'],
  'fetches no file': ['picture'],
  'hopes that a lost file comes back': ['expiredMedia'],
}

const INBOX: readonly CaseName[] = ['inConversation', 'settlesUnknown', 'keepsOrder', 'earlyStatus', 'showsFailure']

function mutated(driver: ChannelDriver, folder: string, mutant: string, cases: readonly CaseName[]): ChannelDriver {
  const withInbox = cases.some((name) => INBOX.includes(name))
  const use = new URL(`./${folder}/`, import.meta.url).pathname
  return {
    ...driver,
    plugins: (vendor) =>
      driver
        .plugins(vendor)
        .filter((entry) => withInbox || !entry.use.startsWith('./plugins/'))
        .map((entry) =>
          entry.use === FOLDERS[driver.provider as TwilioChannel]
            ? { use, settings: { ...(entry.settings as object), mutant } }
            : entry,
        ),
  }
}

for (const [driver, folder] of [
  [smsDriver, 'mutant-channel'],
  [twilioWhatsAppDriver, 'mutant-whatsapp'],
] as const)
  describe(`the conformance suite notices a channel ${driver.name} that`, function () {
    this.timeout(60_000)

    for (const [mutant, cases] of Object.entries(CAUGHT_BY))
      it(`${mutant} (by ${cases.join(', ')})`, async () => {
        const bench = await ConformanceBench.open(mutated(driver, folder, mutant, cases), { patienceMs: 3_000 })
        const failure = (name: CaseName) => channelCases[name](bench).catch((error: unknown) => error)
        try {
          // Something that is refused, for the secrets to be told in.
          if (cases.includes('noSecrets')) await failure('finalRefusal')
          for (const name of cases) expect(await failure(name), name).to.be.instanceOf(Error)
        } finally {
          await bench.close()
        }
      })

    it('makes a mistake for every case that it has', () => {
      const caught = new Set(Object.values(CAUGHT_BY).flat())
      const applicable = (Object.keys(CASES) as CaseName[]).filter((name) => driver.notApplicable?.[name] === undefined)
      expect(applicable.filter((name) => !caught.has(name))).to.deep.equal([])
    })
  })
