import type { FlagChange, FlagRecord, SegmentRecord } from '@parley/core'

export function flagView({ definition, plugin, revision, updatedAt }: FlagRecord) {
  return { ...definition, plugin, revision, updatedAt: updatedAt?.toISOString() ?? null }
}

export function segmentView({ segment, revision, updatedAt }: SegmentRecord) {
  return { ...segment, revision, updatedAt: updatedAt.toISOString() }
}

export function changeView({ at, ...change }: FlagChange) {
  return { ...change, at: at.toISOString() }
}
