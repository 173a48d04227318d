import { audit, clock, database, definePlugin, featureFlags, flagAdmin } from '@parley/core'
import { evaluateAll } from './ofrep/evaluate-all.ts'
import { evaluateOne } from './ofrep/evaluate-one.ts'
import { permissions } from './permissions.ts'
import { changeFlag } from './routes/change-flag.ts'
import { createFlag } from './routes/create-flag.ts'
import { flagHistory, segmentHistory } from './routes/history.ts'
import { listFlags, readFlag } from './routes/read-flags.ts'
import { removeFlag } from './routes/remove-flag.ts'
import { listSegments, removeSegment, setSegment } from './routes/segments.ts'
import { tryFlag } from './routes/try-flag.ts'
import { type FlagsSettings, settingsSchema } from './settings.ts'

/** Flags as admins see and change them, and as any OpenFeature SDK evaluates them (OFREP). The kernel itself decides by them. */
export default definePlugin({
  manifest: { permissions, settings: { app: settingsSchema } },
  deps: { admin: flagAdmin, audit, clock, database, flags: featureFlags },
  register(deps, settings: FlagsSettings) {
    const parts = { ...deps, settings }
    return {
      routes: [
        listFlags(parts),
        createFlag(parts),
        readFlag(parts),
        changeFlag(parts),
        removeFlag(parts),
        tryFlag(parts),
        flagHistory(parts),
        listSegments(parts),
        setSegment(parts),
        removeSegment(parts),
        segmentHistory(parts),
        evaluateOne(parts),
        evaluateAll(parts),
      ],
    }
  },
})
