import { expect } from 'chai'
import { ConformanceBench } from '../../../core/testing/conformance/bench.ts'
import type { CaseName } from '../../../core/testing/conformance/case-names.ts'
import { channelCases } from '../../../core/testing/conformance/cases/index.ts'
import { whatsappDriver } from '../../adapters/whatsapp/driver.ts'
import type { MutantName } from './mutant-channel/mutants.ts'

const MUTANT_CHANNEL = new URL('./mutant-channel/', import.meta.url).pathname

/** Which cases each mistake must fail. */
const CAUGHT_BY: Readonly<Record<MutantName, readonly CaseName[]>> = {
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
  'gives up when throttled': ['throttled', 'keepsOrder'],
  'sleeps on when told to stop': ['abort'],
  'tells the token': ['wrongCredential', 'noSecrets'],
  'forgets whom it wrote to': ['sends'],
  'hopes that a lost file comes back': ['expiredMedia'],
}

const INBOX: readonly CaseName[] = ['settlesUnknown', 'keepsOrder']

/** A driver of the channel with this mistake, and nothing else loaded but what the cases need. */
function mutated(mutant: MutantName) {
  const withInbox = CAUGHT_BY[mutant].some((name) => INBOX.includes(name))
  return {
    ...whatsappDriver,
    plugins: (vendor: Parameters<typeof whatsappDriver.plugins>[0]) =>
      whatsappDriver
        .plugins(vendor)
        .filter((entry) => withInbox || !entry.use.startsWith('./plugins/'))
        .map((entry) =>
          entry.use === './adapters/whatsapp'
            ? { use: MUTANT_CHANNEL, settings: { ...(entry.settings as object), mutant } }
            : entry,
        ),
  }
}

async function failureOf(bench: ConformanceBench, name: CaseName): Promise<unknown> {
  return channelCases[name](bench).then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('the conformance suite notices a channel that', function () {
  this.timeout(60_000)

  for (const [mutant, cases] of Object.entries(CAUGHT_BY) as [MutantName, readonly CaseName[]][])
    it(`${mutant} (by ${cases.join(', ')})`, async () => {
      const bench = await ConformanceBench.open(mutated(mutant), { patienceMs: 3_000 })
      try {
        // Something that is refused, for the secrets to be told in.
        if (cases.some((name) => name === 'noSecrets')) await failureOf(bench, 'finalRefusal')
        for (const name of cases) expect(await failureOf(bench, name), name).to.be.instanceOf(Error)
      } finally {
        await bench.close()
      }
    })
})
