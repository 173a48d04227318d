import type { CaseName } from '../case-names.ts'
import type { Case } from './case.ts'
import { inboxCases } from './inbox.ts'
import { mediaCases } from './media.ts'
import { receivingCases } from './receiving.ts'
import { secretCases } from './secrets.ts'
import { sendingCases } from './sending.ts'
import { signatureCases } from './signatures.ts'

/** The play behind every name; a name without one does not compile. */
export const channelCases: Readonly<Record<CaseName, Case>> = {
  ...receivingCases,
  ...signatureCases,
  ...sendingCases,
  ...mediaCases,
  ...inboxCases,
  ...secretCases,
}
