import { defineRoute, ok, problem, type Reply, type Route, type TemplateVariables } from '@parley/core'
import Joi from 'joi'
import { type DeclaredVariable, Template } from '../../models/template.ts'
import { writtenOf } from '../../rendering/renderer.ts'
import { notFound, type RouteContext } from '../context.ts'
import { idParams, values, variables } from '../schemas.ts'
import { type OwnKind, shownOf, type Words } from './kind.ts'

interface Preview {
  readonly variables: TemplateVariables
  /** What an editor holds and nobody saved yet. */
  readonly draft?: Words & { readonly variables?: readonly DeclaredVariable[] }
}

/** Nothing is counted and nothing is stored. */
export function previewRoute(context: RouteContext, kind: OwnKind): Route {
  const { database, settings } = context
  const draft = Joi.object({ ...kind.words, variables: variables(settings.maxVariables) })
  return defineRoute({
    method: 'POST',
    path: `${kind.path}/{id}/preview`,
    id: `preview${kind.title}`,
    summary: 'The message as it would be sent; what is missing shows by its example or its name in brackets.',
    tags: ['templates'],
    access: { permission: 'templates.read' },
    idempotent: false,
    params: idParams,
    payload: Joi.object<Preview>({
      variables: values.default({}),
      draft: kind.whole(draft).description('Words to show instead of the stored ones.'),
    }).default({ variables: {} }),
    responses: {
      200: {
        description: 'The message, and the names of required variables that were not given.',
        schema: Joi.object({ ...kind.shown, missing: Joi.array().items(Joi.string()).required() }),
      },
      404: { description: 'There is no such template.' },
      422: { description: 'The draft is no template, or asks for more than a template may have.' },
    },
    handle: async ({ tenantId, params: { id }, payload }) => {
      const template = await database.transaction(tenantId, async (uow) =>
        Template.in(uow).findOne({ id, kind: kind.kind }),
      )
      return template === undefined ? notFound(id) : show(context, kind, template, payload)
    },
  })
}

function show(
  { renderer }: RouteContext,
  kind: OwnKind,
  template: Template,
  { variables: given, draft }: Preview,
): Reply {
  const stored = writtenOf(template)
  const written = draft === undefined ? stored : { ...stored, ...kind.texts(draft), ...declared(draft) }
  const result = renderer.compile(written)
  if (!result.ok) return problem(422, 'template.invalid', `${result.part} cannot be rendered: ${result.detail}`)
  const shown = renderer.preview(result.compiled, kind.kind, given)
  if (!shown.ok) return problem(422, 'template.not-rendered', shown.detail)
  return ok({ ...shownOf(shown.message), missing: shown.missing })
}

function declared({ variables: own }: NonNullable<Preview['draft']>) {
  return own === undefined ? {} : { variables: own }
}
