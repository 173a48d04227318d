import Joi from 'joi'
import type { DeclaredVariable, Template } from '../../models/template.ts'
import type { TemplatesSettings } from '../../settings.ts'
import { category, fields, language, name, stamps, uuid, variables } from '../schemas.ts'
import { commonView } from '../view.ts'
import type { OwnKind, Words } from './kind.ts'

/** A template as somebody writes it. */
export interface Draft extends Words {
  readonly name: string
  readonly language: string
  readonly category: string | null
  readonly variables: readonly DeclaredVariable[]
}

export interface Replacement extends Draft {
  readonly archived: boolean
  /** The version that was read; a later one is not overwritten. */
  readonly version?: number
}

function draftKeys(kind: OwnKind, settings: TemplatesSettings): Joi.SchemaMap {
  return {
    name: name.required(),
    language: language.default('en'),
    category: category.allow(null).default(null),
    ...kind.words,
    variables: variables(settings.maxVariables).default([]),
  }
}

export function draftSchema(kind: OwnKind, settings: TemplatesSettings): Joi.ObjectSchema<Draft> {
  return kind.whole(Joi.object(draftKeys(kind, settings))).label(`New${kind.title}`)
}

export function replacementSchema(kind: OwnKind, settings: TemplatesSettings): Joi.ObjectSchema<Replacement> {
  const more = {
    archived: Joi.boolean().default(false),
    version: Joi.number()
      .integer()
      .min(1)
      .description('The version that was read: refused (409) when somebody changed the template since.'),
  }
  return kind.whole(Joi.object({ ...draftKeys(kind, settings), ...more })).label(`${kind.title}Replacement`)
}

export function viewSchema(kind: OwnKind, settings: TemplatesSettings): Joi.ObjectSchema {
  return Joi.object({
    id: uuid.required(),
    name: Joi.string().required(),
    language: Joi.string().required(),
    category: Joi.string().allow(null).required(),
    ...kind.words,
    variables: variables(settings.maxVariables).required(),
    fields: fields.required(),
    ...stamps,
  }).label(kind.title)
}

export function ownView(kind: OwnKind, template: Template) {
  const { variables: declared, fields: used } = template
  return { ...commonView(template), ...kind.view(template), variables: declared, fields: used }
}
