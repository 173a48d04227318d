import { defineRoute, ok, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { BUILT_IN_ROLES } from '../domain/roles.ts'

export function permissionsRoute({ matrix }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/permissions',
    id: 'listPermissions',
    summary: 'The permission matrix: everything that the plugins here ask for, and which built-in roles have it.',
    tags: ['roles'],
    access: { permission: 'roles.read' },
    responses: {
      200: {
        description: 'The permissions.',
        schema: Joi.object({
          items: Joi.array()
            .items(
              Joi.object({
                key: Joi.string().required(),
                summary: Joi.string().required(),
                roles: Joi.array().items(Joi.string()).required(),
              }),
            )
            .required(),
        }),
      },
    },
    handle: async () => {
      const rolesWith = (key: string) => BUILT_IN_ROLES.filter((role) => matrix.of(role).includes(key))
      return ok({ items: matrix.permissions().map(({ key, summary }) => ({ key, summary, roles: rolesWith(key) })) })
    },
  })
}
