import Joi from 'joi'
import { defineEvent } from '../../plugin/event.ts'

/** Topic `contacts`. Key: the contact's id. */
const topic = 'contacts'
const uuid = Joi.string().uuid().required()

export interface ContactCreated {
  readonly contactId: string
}

export const contactCreated = defineEvent<ContactCreated>({
  type: 'contact.created.v1',
  topic,
  summary: 'A person was seen for the first time.',
  schema: Joi.object({ contactId: uuid }),
})

/** `sourceId` now speaks through `targetId`; `mergeId` undoes it. */
export interface ContactMerged {
  readonly mergeId: string
  readonly sourceId: string
  readonly targetId: string
}

export const contactMerged = defineEvent<ContactMerged>({
  type: 'contact.merged.v1',
  topic,
  summary: 'Two contacts turned out to be one person.',
  schema: Joi.object({ mergeId: uuid, sourceId: uuid, targetId: uuid }),
})

export const contactUnmerged = defineEvent<ContactMerged>({
  type: 'contact.unmerged.v1',
  topic,
  summary: 'A merge was undone.',
  schema: Joi.object({ mergeId: uuid, sourceId: uuid, targetId: uuid }),
})

/** Everything about the person is gone, or about to go; whoever was told of the person should forget it too. */
export interface ContactErased {
  readonly contactId: string
}

export const contactErased = defineEvent<ContactErased>({
  type: 'contact.erased.v1',
  topic,
  summary: 'A person was erased: forget what you were told about the contact.',
  schema: Joi.object({ contactId: uuid }),
})
