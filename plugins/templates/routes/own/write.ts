import { problem, type Reply, type UnitOfWork } from '@parley/core'
import { Template } from '../../models/template.ts'
import type { Renderer } from '../../rendering/renderer.ts'
import type { OwnKind } from './kind.ts'
import type { Draft } from './schemas.ts'

export type Columns = Pick<
  Template,
  'name' | 'language' | 'category' | 'subject' | 'html' | 'text' | 'variables' | 'fields'
>

/** The draft as a row, or what its author has to mend. */
export function columnsOf(
  renderer: Renderer,
  kind: OwnKind,
  draft: Draft,
): { ok: true; columns: Columns } | { ok: false; reply: Reply } {
  const texts = kind.texts(draft)
  const { name, language, category, variables } = draft
  const result = renderer.compile({ kind: kind.kind, ...texts, variables })
  if (!result.ok) {
    const field = kind.kind === 'sms' ? 'body' : result.part
    const words = `${field} cannot be rendered: ${result.detail}`
    return {
      ok: false,
      reply: problem(422, 'template.invalid', words, { errors: [{ field, message: result.detail }] }),
    }
  }
  const { subject = null, html = null, text = null } = texts
  const fields = renderer.fields(result.compiled)
  return { ok: true, columns: { name, language, category, subject, html, text, variables, fields } }
}

/** Names are unique for each kind and language, among archived ones too. */
export async function isTaken(
  uow: UnitOfWork,
  kind: OwnKind,
  { name, language }: Pick<Template, 'name' | 'language'>,
  except?: string,
): Promise<boolean> {
  const found = await Template.in(uow).where({ kind: kind.kind, name, language }).select('id')
  return found.some((template) => template.id !== except)
}

export const nameTaken = (kind: OwnKind, { name, language }: Pick<Template, 'name' | 'language'>): Reply =>
  problem(409, 'template.name-taken', `There is an ${kind.noun} "${name}" in ${language} already.`)
