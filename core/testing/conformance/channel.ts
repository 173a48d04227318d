import { ConformanceBench } from './bench.ts'
import { CASES, type CaseName } from './case-names.ts'
import { channelCases } from './cases/index.ts'
import type { ChannelDriver } from './driver.ts'
import { HINTS } from './hints.ts'

/** Boot of a kernel and its database, on a busy machine. */
const BOOT_MS = 60_000
const CASE_MS = 30_000

/**
 * Registers the mocha cases that every channel must pass, against a real kernel on a real database:
 *
 *     channelConformance(whatsappDriver)
 *
 * A case that the driver declares not applicable stands among the pending ones, with its reason.
 */
export function channelConformance(driver: ChannelDriver): void {
  describe(`the channel ${driver.name} conforms: it`, function () {
    this.timeout(CASE_MS)
    let bench: ConformanceBench | undefined

    before(async function () {
      this.timeout(BOOT_MS)
      bench = await ConformanceBench.open(driver)
    })

    after(async () => bench?.close())

    for (const name of Object.keys(CASES) as CaseName[]) {
      const why = driver.notApplicable?.[name]
      if (why !== undefined) it.skip(`${CASES[name]} (not applicable, because ${why})`)
      else
        it(CASES[name], async () => {
          if (bench === undefined) throw new Error('the bench is not open')
          await channelCases[name](bench).catch((error: unknown) => withHint(error, HINTS[name]))
        })
    }
  })
}

/** The author of a channel reads below what went wrong where to go on. */
function withHint(error: unknown, hint: string): never {
  if (error instanceof Error) error.message = `${error.message}\n  → ${hint}`
  throw error
}
