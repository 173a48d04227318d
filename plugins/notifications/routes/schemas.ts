import Joi from 'joi'
import type { Notification } from '../models/notification.ts'

/** Everybody has their own. */
export const OWN = { permission: 'notifications.use' } as const
export const TAGS = ['notifications']

const time = Joi.string().isoDate()

export const notificationSchema = Joi.object({
  id: Joi.string().uuid().required(),
  kind: Joi.string().required(),
  title: Joi.string().required(),
  body: Joi.string().allow('').required(),
  link: Joi.string().allow(null).required(),
  count: Joi.number().integer().required().description('How many happenings it stands for.'),
  read: Joi.boolean().required(),
  createdAt: time.required(),
  updatedAt: time.required(),
}).label('Notification')

export const unreadSchema = Joi.object({
  unread: Joi.number().integer().min(0).required(),
  seq: Joi.number().integer().min(0).required().description('Cursor for `changes`.'),
})

export const idParams = Joi.object<{ id: string }>({ id: Joi.string().uuid().required() })

export function viewOf(one: Notification) {
  return {
    id: one.id,
    kind: one.kind,
    title: one.title,
    body: one.body,
    link: one.link,
    count: one.count,
    read: one.read_at !== null,
    createdAt: one.created_at.toISOString(),
    updatedAt: one.updated_at.toISOString(),
  }
}
