import type { LiveTopic } from '@parley/core'
import type { Hints } from './hints.ts'
import { livePath, visitorOf } from './visitor.ts'

/** Each visitor's own topic; a vouched user's browsers share one. */
export function liveTopic(hints: Hints): LiveTopic {
  return {
    path: livePath('{participantId}'),
    access: { scheme: 'visitor' },
    async authorize({ participantId }, actor) {
      const visitor = visitorOf(actor)
      if (visitor === undefined || actor.id !== participantId) return false
      await hints.listen(visitor)
      return true
    },
  }
}
