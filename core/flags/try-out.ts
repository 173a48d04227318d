import type { FlagDefinition, FlagEffect, FlagSegment, FlagTrial } from '../contracts/ports/flag-admin.ts'
import type { Tenants } from '../tenancy/tenants.ts'
import { compile } from './compile.ts'

export interface TrialParts {
  readonly tenants: Pick<Tenants, 'list'>
  readonly segments: ReadonlyMap<string, FlagSegment>
  /** Effects that are listed; all are counted. */
  readonly most: number
}

/** Tenants read at once. */
const PAGE = 500

/** Who would get another variant, tenant by tenant, on the plan of its record. Rules by subject or attribute count as for a question that names none. */
export async function tryOut(
  now: FlagDefinition | undefined,
  then: FlagDefinition,
  at: Date,
  { tenants, segments, most }: TrialParts,
): Promise<FlagTrial> {
  const made = (definition: FlagDefinition) => compile(definition, { segments, cacheMax: PAGE })
  const [before, after] = [now === undefined ? undefined : made(now), made(then)]
  const effects: FlagEffect[] = []
  let seen = 0
  let changed = 0
  for await (const { id, slug, plan } of every(tenants)) {
    const context = { tenantId: id, plan }
    const from = before?.evaluate(context, at.getTime()).variant ?? null
    const to = after.evaluate(context, at.getTime()).variant
    seen += 1
    if (from === to) continue
    changed += 1
    if (effects.length < most) effects.push({ tenantId: id, slug, from, to })
  }
  return { tenants: seen, changed, effects }
}

async function* every(tenants: Pick<Tenants, 'list'>) {
  let after: string | undefined
  for (;;) {
    const page = await tenants.list(after === undefined ? { limit: PAGE } : { after, limit: PAGE })
    yield* page
    after = page.at(-1)?.id
    if (page.length < PAGE || after === undefined) return
  }
}
