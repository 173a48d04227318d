import type { Knex } from 'knex'
import type { FlagChange, FlagDefinition, FlagEdit, FlagEntryKind, FlagSegment } from '../contracts/ports/flag-admin.ts'
import { asUnavailable } from '../data/unavailable.ts'
import { newId } from '../plugin/new-id.ts'
import type { Clock } from '../plugin/services.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import type { StoredFlags } from './flags.ts'

interface EntryRow {
  readonly kind: FlagEntryKind
  readonly key: string
  readonly definition: FlagDefinition | FlagSegment
  readonly revision: string
  readonly updated_at: Date
}

interface ChangeRow {
  readonly id: string
  readonly at: Date
  readonly actor_kind: string
  readonly actor_id: string
  readonly revision: string
  readonly before: unknown
  readonly after: unknown
}

/** The database's side of flags. @throws UnavailableError */
export class FlagStore {
  readonly #knex: Knex
  readonly #clock: Clock

  constructor(options: { readonly knex: Knex; readonly clock: Clock }) {
    this.#knex = options.knex
    this.#clock = options.clock
  }

  /** Another one after every change of anything. */
  async version(): Promise<string> {
    const [row] = await this.#rows<{ version: string }>('select parley.flag_version() as version', [])
    return row?.version ?? ''
  }

  async read(): Promise<StoredFlags> {
    const rows = await this.#rows<EntryRow>('select * from parley.read_flags()', [])
    const standing = ({ revision, updated_at }: EntryRow) => ({ revision: Number(revision), updatedAt: updated_at })
    return {
      flags: rows
        .filter(({ kind }) => kind === 'flag')
        .map((row) => ({ definition: row.definition as FlagDefinition, ...standing(row) })),
      segments: rows
        .filter(({ kind }) => kind === 'segment')
        .map((row) => ({ segment: row.definition as FlagSegment, ...standing(row) })),
    }
  }

  /** `undefined` when somebody else has changed it since. */
  async save<T>(
    uow: UnitOfWork,
    kind: FlagEntryKind,
    key: string,
    { to, revision, actor }: FlagEdit<T>,
  ): Promise<{ readonly before: T | null; readonly revision: number } | undefined> {
    const [row] = await this.#rows<{ revision: string; before: T | null }>(
      'select * from parley.save_flag(?, ?, ?::jsonb, ?, ?, ?, ?, ?)',
      [
        ...[kind, key, to === null ? null : JSON.stringify(to), revision ?? null],
        ...[this.#clock.now(), newId(), actor.kind, actor.id],
      ],
      uow.trx,
    )
    return row === undefined ? undefined : { before: row.before, revision: Number(row.revision) }
  }

  async history(
    kind: FlagEntryKind,
    key: string,
    page: { readonly before?: string; readonly limit: number },
  ): Promise<readonly FlagChange[]> {
    const rows = await this.#rows<ChangeRow>('select * from parley.flag_history(?, ?, ?, ?)', [
      ...[kind, key, page.before ?? null, page.limit],
    ])
    return rows.map(({ id, at, actor_kind, actor_id, revision, before, after }) => ({
      ...{ id, at, before, after },
      actor: { kind: actor_kind, id: actor_id },
      revision: Number(revision),
    }))
  }

  async #rows<R>(
    sql: string,
    values: readonly (string | number | Date | null)[],
    knex: Knex | Knex.Transaction = this.#knex,
  ): Promise<readonly R[]> {
    try {
      const { rows } = await knex.raw<{ rows: R[] }>(sql, values as readonly Knex.RawBinding[])
      return rows
    } catch (error) {
      throw asUnavailable(error)
    }
  }
}
