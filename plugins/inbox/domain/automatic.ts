import type { InboundContent, OutboundContent } from '@parley/core'

/** A machine wrote it (an out-of-office note, a newsletter): nobody waits for an answer, and a robot's would go round in circles. */
export function isAutomatic(content: InboundContent | OutboundContent): boolean {
  return content.kind === 'email' && 'automatic' in content && content.automatic === true
}
