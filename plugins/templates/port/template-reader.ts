import { type Clock, type Database, ReadThrough, type TemplateRef, type UnitOfWork } from '@parley/core'
import { Template } from '../models/template.ts'

export interface ReaderParts {
  readonly clock: Clock
  readonly database: Database
  readonly settings: { readonly cached: number; readonly cacheMs: number }
}

/** Finds templates by what a caller knows of them; a second call within a second asks nobody. */
export class TemplateReader {
  readonly #cache: ReadThrough<Template>

  constructor({ clock, database, settings }: ReaderParts) {
    this.#cache = new ReadThrough({
      clock,
      max: settings.cached,
      ttlMs: settings.cacheMs,
      absentTtlMs: 0,
      load: (keys) => load(database, keys),
    })
  }

  find(tenantId: string, ref: TemplateRef): Promise<Template | undefined> {
    return this.#cache.get(JSON.stringify([tenantId, ref]))
  }

  /** Changed by this process; others see it within the second. */
  forgetAfter(uow: UnitOfWork): void {
    uow.afterCommit(() => this.#cache.clear())
  }
}

async function load(database: Database, keys: readonly string[]): Promise<ReadonlyMap<string, Template>> {
  const found = new Map<string, Template>()
  for (const key of keys) {
    const [tenantId, ref] = JSON.parse(key) as [string, TemplateRef]
    const template = await database.transaction(tenantId, (uow) => findIn(uow, ref))
    if (template !== undefined) found.set(key, template)
  }
  return found
}

async function findIn(uow: UnitOfWork, ref: TemplateRef): Promise<Template | undefined> {
  if ('id' in ref) return Template.in(uow).findOne({ id: ref.id })
  const { kind, name, language, connectionId } = ref
  const rows = Template.in(uow)
    .where({ kind, name })
    .whereIn('language', [language, baseOf(language)])
  if (kind === 'channel') rows.where('connection_id', connectionId ?? null)
  const found = await rows
  return found.find((template) => template.language === language) ?? found[0]
}

/** `de` of `de_AT` and `de-AT`. */
function baseOf(language: string): string {
  return language.split(/[-_]/)[0] ?? language
}
