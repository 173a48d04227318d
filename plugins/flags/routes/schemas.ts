import { type FlagSegment, flagFields, flagKey, segmentFields } from '@parley/core'
import Joi from 'joi'
import type { FlagFields } from '../definition.ts'

export const keyParams = Joi.object<{ key: string }>({ key: flagKey.required() })

/** Sorted by key. */
export const keyPlace = Joi.array<[string]>().ordered(flagKey.required())

const revision = Joi.number().integer().min(0)
export const seenRevision = revision.description('What was seen: a change by somebody else since then is a 409.')

const { kind, summary, variants, enabled, off, default: first, rules, bucketBy, seed, algorithm } = flagFields

const written = {
  summary: summary.optional(),
  variants: variants.optional(),
  enabled: enabled.optional().description('False: everybody gets `off`, whatever the rules say.'),
  off: off.optional(),
  default: first.optional().description('The variant of whoever no rule holds for.'),
  rules: rules.optional().description('The first that holds decides.'),
  bucketBy: bucketBy.optional().description('What shares are cut by.'),
  seed: seed
    .optional()
    .description('Flags with the same seed choose the same tenants. Changing it shuffles everybody.'),
}

export interface NewFlagBody extends FlagFields {
  readonly key: string
}

export const newFlagBody = Joi.object<NewFlagBody>({ key: flagKey.required(), kind: kind.optional(), ...written })

export interface ChangeBody extends FlagFields {
  readonly revision?: number
}

export const changeBody = Joi.object<ChangeBody>({ ...written, revision: seenRevision }).min(1)

export interface TrialBody extends FlagFields {
  readonly at?: string
}

export const trialBody = Joi.object<TrialBody>({
  ...{ kind: kind.optional(), ...written },
  at: Joi.string().isoDate().description('As if it were this moment. Default: now.'),
})

const time = Joi.string().isoDate()

export const flagSchema = Joi.object({
  key: flagKey.required(),
  ...{ kind, summary, variants, enabled, off, default: first, rules, bucketBy, seed },
  algorithm: algorithm.description('Version of the way from an id to its bucket.'),
  plugin: Joi.string().allow(null).required().description('Who brings it; null: an admin made it.'),
  revision: revision.required().description('0 while nobody has decided anything.'),
  updatedAt: time.allow(null).required(),
}).label('Flag')

export const segmentBody = Joi.object<Omit<FlagSegment, 'key'> & { readonly revision?: number }>({
  ...segmentFields,
  revision: seenRevision,
})

export const segmentSchema = Joi.object({
  key: flagKey.required(),
  ...segmentFields,
  revision: revision.required(),
  updatedAt: time.required(),
}).label('FlagSegment')

export const changeSchema = Joi.object({
  id: Joi.string().uuid().required(),
  at: time.required(),
  actor: Joi.object({ kind: Joi.string().required(), id: Joi.string().allow('').required() }).required(),
  revision: revision.required(),
  before: Joi.object().unknown(true).allow(null).required().description('Null: it was made.'),
  after: Joi.object().unknown(true).allow(null).required().description('Null: it was removed.'),
}).label('FlagChange')

export const trialSchema = Joi.object({
  tenants: Joi.number().integer().required().description('Asked.'),
  changed: Joi.number().integer().required(),
  effects: Joi.array()
    .items(
      Joi.object({
        tenantId: Joi.string().uuid().required(),
        slug: Joi.string().required(),
        from: Joi.string().allow(null).required().description('Null: there is no such flag yet.'),
        to: Joi.string().required(),
      }),
    )
    .required()
    .description('The first of those who would get another variant.'),
}).label('FlagTrial')
