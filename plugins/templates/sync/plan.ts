import type { ChannelTemplate, TemplateChange } from '@parley/core'

/** A channel's template as it is stored. */
export interface StoredCopy {
  readonly id: string
  readonly name: string
  readonly language: string
  readonly category: string | null
  readonly external_id: string | null
  readonly components: readonly unknown[] | null
  readonly state: string | null
  readonly reason: string | null
  readonly quality: string | null
  readonly vanished_at: Date | null
}

/** What the vendor decides; what is absent from a patch stays. */
export type CopyPatch = Partial<
  Pick<StoredCopy, 'category' | 'external_id' | 'components' | 'state' | 'reason' | 'quality' | 'vanished_at'>
>

export interface CopyChange {
  readonly copy: StoredCopy
  readonly patch: CopyPatch
  readonly changes: readonly TemplateChange[]
}

export interface SyncPlan {
  readonly added: readonly ChannelTemplate[]
  readonly changed: readonly CopyChange[]
}

/**
 * What makes the stored copies equal to the vendor's list. One that is no longer listed is marked, not deleted: messages and
 * statistics name it. A reason that a webhook told stays as long as the state it explains.
 */
export function planSync(stored: readonly StoredCopy[], listed: readonly ChannelTemplate[], now: Date): SyncPlan {
  const copies = new Map(stored.map((copy) => [keyOf(copy), copy]))
  const present = new Map(listed.map((template) => [keyOf(template), template]))
  const changed = [...present].flatMap(([key, template]) => {
    const copy = copies.get(key)
    return copy === undefined ? [] : (changeOf(copy, patchOf(copy, template)) ?? [])
  })
  const vanished = stored
    .filter((copy) => copy.vanished_at === null && !present.has(keyOf(copy)))
    .map((copy): CopyChange => ({ copy, patch: { vanished_at: now }, changes: ['vanished'] }))
  const added = [...present].filter(([key]) => !copies.has(key)).map(([, template]) => template)
  return { added, changed: [...changed, ...vanished] }
}

/** A patch as a change; `undefined` when everything in it is so already. */
export function changeOf(copy: StoredCopy, patch: CopyPatch): CopyChange | undefined {
  const news = Object.entries(patch).filter(([field, value]) => !same(copy[field as keyof CopyPatch], value))
  if (news.length === 0) return undefined
  const fields = new Set(news.map(([field]) => field))
  const changes: TemplateChange[] = []
  if (fields.has('vanished_at')) changes.push(patch.vanished_at === null ? 'returned' : 'vanished')
  if (fields.has('state') || fields.has('reason')) changes.push('approval')
  if (fields.has('quality')) changes.push('quality')
  if (fields.has('category')) changes.push('category')
  if (fields.has('components')) changes.push('components')
  return { copy, patch: Object.fromEntries(news), changes }
}

function patchOf(copy: StoredCopy, template: ChannelTemplate): CopyPatch {
  const { externalId, category, components, status, quality } = template
  // A webhook tells more about the same state (`INVALID_FORMAT: Two variables meet.`) than the list does.
  const told = status === copy.state && copy.reason?.startsWith(template.reason ?? '') ? copy.reason : template.reason
  return {
    ...{ external_id: externalId, category, components, state: status, reason: told ?? null },
    ...(quality === undefined ? {} : { quality }),
    vanished_at: null,
  }
}

function keyOf({ name, language }: { readonly name: string; readonly language: string }): string {
  return JSON.stringify([name, language])
}

/** jsonb gives keys back in an order of its own. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
