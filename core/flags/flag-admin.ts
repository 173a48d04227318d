import type {
  FlagAdmin,
  FlagDefinition,
  FlagEdit,
  FlagRecord,
  FlagRefusal,
  FlagSaved,
  FlagSegment,
  FlagTrial,
  SegmentRecord,
} from '../contracts/ports/flag-admin.ts'
import { type Result, refuse } from '../plugin/result.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import type { Tenants } from '../tenancy/tenants.ts'
import { segmentsNamedBy } from './definition-schema.ts'
import type { FlagStore } from './flag-store.ts'
import type { Flags } from './flags.ts'
import type { FlagFollower } from './follow-flags.ts'
import { tryOut } from './try-out.ts'

export interface FlagAdminParts {
  readonly flags: Flags
  readonly store: FlagStore
  readonly follower: Pick<FlagFollower, 'check'>
  readonly tenants: Pick<Tenants, 'list'>
  readonly trialEffects: number
}

/** The `flag-admin` port: what admins see and change. Checks what one definition alone cannot: other entries. */
export class KernelFlagAdmin implements FlagAdmin {
  readonly #parts: FlagAdminParts

  constructor(parts: FlagAdminParts) {
    this.#parts = parts
  }

  flags(): readonly FlagRecord[] {
    return this.#parts.flags.records()
  }

  segments(): readonly SegmentRecord[] {
    return this.#parts.flags.segments()
  }

  history: FlagAdmin['history'] = (kind, key, page) => this.#parts.store.history(kind, key, page)

  /** A look that fails is made up for by the follower's next, which also tells the log. */
  async refresh(): Promise<void> {
    await this.#parts.follower.check().catch(() => undefined)
  }

  async saveFlag(
    uow: UnitOfWork,
    key: string,
    edit: FlagEdit<FlagDefinition>,
  ): Promise<Result<FlagSaved<FlagDefinition>, FlagRefusal>> {
    const { flags } = this.#parts
    const stored = flags.record(key)?.revision ?? 0
    if (edit.to === null && stored === 0) return refuse('not-found', `nothing was decided about a flag ${key}`)
    const refused = edit.to === null ? undefined : (this.#kindFixed(edit.to) ?? this.#unknownSegment(edit.to))
    return refused ?? this.#save(uow, 'flag', key, edit)
  }

  async saveSegment(
    uow: UnitOfWork,
    key: string,
    edit: FlagEdit<FlagSegment>,
  ): Promise<Result<FlagSaved<FlagSegment>, FlagRefusal>> {
    const { flags } = this.#parts
    if (edit.to === null) {
      if (!flags.segmentsByKey().has(key)) return refuse('not-found', `there is no segment ${key}`)
      const users = flags.records().filter(({ definition }) => segmentsNamedBy(definition).includes(key))
      const names = users.map(({ definition }) => definition.key).join(', ')
      if (users.length > 0) return refuse('in-use', `the segment ${key} is used by ${names}`)
    }
    return this.#save(uow, 'segment', key, edit)
  }

  async tryOut(definition: FlagDefinition, at: Date): Promise<Result<FlagTrial, 'unknown-segment'>> {
    const { flags, tenants, trialEffects: most } = this.#parts
    const refused = this.#unknownSegment(definition)
    if (refused !== undefined) return refused
    const now = flags.record(definition.key)?.definition
    return {
      ok: true,
      ...(await tryOut(now, definition, at, { tenants, segments: flags.segmentsByKey(), most })),
    }
  }

  async #save<T>(
    uow: UnitOfWork,
    kind: 'flag' | 'segment',
    key: string,
    edit: FlagEdit<T>,
  ): Promise<Result<FlagSaved<T>, 'changed-meanwhile'>> {
    const { store } = this.#parts
    const saved = await store.save(uow, kind, key, edit)
    if (saved === undefined)
      return refuse('changed-meanwhile', `the ${kind} ${key} is not at revision ${edit.revision} any more`)
    return { ok: true, before: saved.before, after: edit.to, revision: saved.revision }
  }

  /** The code that asks for a contributed flag expects its kind. */
  #kindFixed({ key, kind }: FlagDefinition) {
    const plugin = this.#parts.flags.contributedAs(key)
    if (plugin === undefined || plugin.kind === kind) return undefined
    return refuse('kind-fixed', `the flag ${key} is brought by a plugin and is of kind ${plugin.kind}`)
  }

  #unknownSegment(definition: FlagDefinition) {
    const known = this.#parts.flags.segmentsByKey()
    const unknown = segmentsNamedBy(definition).filter((key) => !known.has(key))
    return unknown.length === 0 ? undefined : refuse('unknown-segment', `there is no segment ${unknown.join(', ')}`)
  }
}
