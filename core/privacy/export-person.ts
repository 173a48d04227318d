import type { ObjectStore, PutFailure, StoredObject } from '../contracts/ports/object-store.ts'
import { ParleyError } from '../plugin/errors.ts'
import type { KnownPerson, PersonalData } from '../plugin/personal-data.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import { Bundle } from './bundle.ts'
import { faultOf } from './fault.ts'
import { findPerson, type Seeker, scopesOf } from './find-person.ts'
import { knownHolders } from './holders.ts'
import { keepAwake } from './keep-awake.ts'
import type { RequestRow } from './privacy-store.ts'
import { personOf, type Subject } from './traces.ts'

export interface ExporterParts extends Seeker {
  readonly objects: ObjectStore
  readonly maxBytes: number
}

export type Exported =
  | { readonly ok: true; readonly object: StoredObject }
  | { readonly ok: false; readonly reason: PutFailure }

/**
 * Puts all that the plugins keep about the person into one ZIP in the object store: `<plugin>/<part>.json`, files beside. An
 * export without one of them would be a false answer, so it throws `privacy.incomplete` naming the plugin.
 */
export async function exportPerson(parts: ExporterParts, row: RequestRow): Promise<Exported> {
  const missing = (await knownHolders(parts.database)).filter((plugin) => !parts.holders.has(plugin))
  if (missing.length > 0) throw incomplete(missing.join(', '), 'the plugin does not run in the process that tried')
  const subject: Subject = { kind: row.subject_kind, id: row.subject_id }
  const request = { pseudonym: row.pseudonym, askedAt: row.created_at }
  const { traces, faults } = await findPerson(parts, { home: row.tenant_id, subject, ...request })
  for (const [plugin, fault] of faults) throw incomplete(plugin, fault)
  const bundle = new Bundle()
  const storing = parts.objects.put(row.tenant_id, bundle.content, {
    mimeType: 'application/zip',
    maxBytes: parts.maxBytes,
  })
  const writing = writeAll(
    parts,
    bundle,
    (scope) => ({
      ...{ person: personOf(scope, subject), traces, ...request },
    }),
    scopesOf(row.tenant_id, subject, traces),
  )
  const [stored, written] = await Promise.allSettled([storing, writing])
  if (stored.status === 'fulfilled' && !stored.value.ok) return { ok: false, reason: stored.value.failure }
  if (written.status === 'rejected') throw written.reason
  if (stored.status === 'rejected') throw stored.reason
  return stored.value as Exported
}

async function writeAll(
  parts: ExporterParts,
  bundle: Bundle,
  knownIn: (scope: string) => KnownPerson,
  scopes: readonly string[],
): Promise<void> {
  try {
    for (const scope of scopes) {
      for (const [plugin, data] of parts.holders) {
        const folder = scopes.length === 1 ? plugin : `${scope}/${plugin}`
        await parts.database.transaction(scope, (uow) =>
          keepAwake(uow, () => writeParts(parts, bundle, folder, data, knownIn(scope), uow)),
        )
      }
    }
    bundle.end()
  } catch (error) {
    bundle.abort(error)
    throw error
  }
}

async function writeParts(
  { objects }: ExporterParts,
  bundle: Bundle,
  folder: string,
  data: PersonalData,
  known: KnownPerson,
  uow: UnitOfWork,
): Promise<void> {
  try {
    for await (const part of data.export(known, uow)) {
      if ('items' in part) await bundle.json(`${folder}/${part.name}.json`, part.items)
      else {
        const file = await objects.get(uow.tenantId, part.objectKey)
        if (file !== undefined) await bundle.file(`${folder}/files/${part.fileName}`, file.content)
      }
    }
  } catch (error) {
    throw incomplete(folder, faultOf(error), error)
  }
}

function incomplete(plugin: string, why: string, cause?: unknown): ParleyError {
  return new ParleyError('privacy.incomplete', `${plugin} could not say what it keeps: ${why}`, { cause })
}
