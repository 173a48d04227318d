import Joi from 'joi'
import type { FlagDefinition, FlagRule } from '../contracts/ports/flag-admin.ts'
import { BUCKETS, bucketsOf } from './bucket.ts'

const MOST = { variants: 20, rules: 50, tenants: 10_000, list: 100, conditions: 50 } as const

/** `inbox.new-composer`. */
export const flagKey: Joi.StringSchema = Joi.string()
  .max(100)
  .pattern(/^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*$/, 'lower case, digits, hyphens and dots')

const name = Joi.string()
  .max(60)
  .pattern(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name')
const scalar = Joi.alternatives(Joi.string().max(200).allow(''), Joi.number(), Joi.boolean())
const list = <T>(items: Joi.Schema<T>, most: number) => Joi.array().items(items).unique().max(most)

const condition = {
  tenants: list(Joi.string().uuid(), MOST.tenants).min(1),
  plans: list(Joi.string().max(60), MOST.list).min(1),
  attributes: Joi.array()
    .items(Joi.object({ name: Joi.string().max(100).required(), in: list(scalar, MOST.list).min(1).required() }))
    .max(MOST.list),
}

const percentage = Joi.number().min(0).max(100).precision(3).description('In percent, with at most three decimals.')
const shares = Joi.array()
  .items(Joi.object({ variant: name.required(), percentage: percentage.required() }))
  .min(1)
  .max(MOST.variants)

const rule = Joi.object<FlagRule>({
  name: Joi.string().max(100),
  ...condition,
  segments: list(flagKey, MOST.list).min(1),
  from: Joi.string().isoDate(),
  until: Joi.string().isoDate(),
  serve: Joi.alternatives(name, shares).required().description('A variant, or shares of the buckets.'),
})

const value = Joi.alternatives(Joi.boolean(), Joi.number(), Joi.string().max(10_000).allow(''), Joi.object())

/** Everything of a definition but its key; defaults are not filled in, so that what is asked for is what is stored. */
export const flagFields = {
  kind: Joi.valid('boolean', 'string', 'number', 'object').required(),
  summary: Joi.string().max(500).allow('').required(),
  variants: Joi.object().pattern(name, value).min(1).max(MOST.variants).required(),
  enabled: Joi.boolean().required(),
  off: name.required(),
  default: name.required(),
  rules: Joi.array().items(rule).max(MOST.rules).required(),
  bucketBy: Joi.valid('tenant', 'subject').required(),
  seed: Joi.string().max(100).required(),
  algorithm: Joi.valid(1).required(),
}

export const segmentFields = {
  summary: Joi.string().max(500).allow('').required(),
  any: Joi.array().items(Joi.object(condition).min(1)).min(1).max(MOST.conditions).required(),
}

/** What a schema cannot say: names that mean nothing, values of another kind, shares over the whole. Sentences; empty when right. */
export function flagFaults(definition: FlagDefinition): readonly string[] {
  const { variants, kind, off, rules } = definition
  const faults: string[] = []
  const named = (variant: string, where: string) => {
    if (!Object.hasOwn(variants, variant)) faults.push(`${where} names "${variant}", which is no variant`)
  }
  for (const [variant, value] of Object.entries(variants)) {
    if (typeof value !== kind) faults.push(`variants.${variant} must be of kind ${kind}`)
  }
  named(off, 'off')
  named(definition.default, 'default')
  rules.forEach((rule, index) => {
    const where = `rules.${index}`
    const { serve, from, until } = rule
    const shares = typeof serve === 'string' ? [{ variant: serve, percentage: 0 }] : serve
    for (const { variant } of shares) named(variant, `${where}.serve`)
    const whole = shares.reduce((sum, { percentage }) => sum + bucketsOf(percentage), 0)
    if (whole > BUCKETS) faults.push(`${where}.serve adds up to more than 100 %`)
    if (from !== undefined && until !== undefined && Date.parse(from) >= Date.parse(until))
      faults.push(`${where}.until must be after from`)
  })
  return faults
}

/** Keys of segments that the rules name. */
export function segmentsNamedBy({ rules }: Pick<FlagDefinition, 'rules'>): readonly string[] {
  return [...new Set(rules.flatMap((rule) => rule.segments ?? []))]
}
