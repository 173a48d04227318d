import type { FlagContext } from '../contracts/ports/feature-flags.ts'
import type { FlagCondition, FlagRule, FlagSegment } from '../contracts/ports/flag-admin.ts'

/** Does it hold for the context, at a moment (milliseconds)? */
export type Test = (context: FlagContext, now: number) => boolean

/** Conditions made ready: lists are sets, times are numbers, and what is absent is not asked. */
export function testOf(rule: FlagRule, segments: ReadonlyMap<string, FlagSegment>): Test {
  const tests = [...conditionTests(rule), ...segmentTests(rule, segments), ...scheduleTests(rule)]
  return allOf(tests)
}

function allOf(tests: readonly Test[]): Test {
  const [first, ...rest] = tests
  if (first === undefined) return () => true
  if (rest.length === 0) return first
  return (context, now) => tests.every((test) => test(context, now))
}

function conditionTests({ tenants, plans, attributes = [] }: FlagCondition): Test[] {
  const tests: Test[] = []
  if (tenants !== undefined) tests.push(oneOf(tenants, ({ tenantId }) => tenantId))
  if (plans !== undefined) tests.push(oneOf(plans, ({ plan }) => plan))
  for (const { name, in: values } of attributes) tests.push(oneOf(values, (context) => attributeOf(context, name)))
  return tests
}

function oneOf(values: readonly unknown[], read: (context: FlagContext) => unknown): Test {
  const set = new Set(values)
  return (context) => set.has(read(context))
}

/** Own fields only: `constructor` is nobody's attribute. */
function attributeOf({ attributes }: FlagContext, name: string): unknown {
  return attributes !== undefined && Object.hasOwn(attributes, name) ? attributes[name] : undefined
}

/** A segment that is gone holds nobody. */
function segmentTests({ segments: keys }: FlagRule, segments: ReadonlyMap<string, FlagSegment>): Test[] {
  if (keys === undefined) return []
  const any = keys.flatMap((key) => (segments.get(key)?.any ?? []).map((one) => allOf(conditionTests(one))))
  return [(context, now) => any.some((test) => test(context, now))]
}

function scheduleTests({ from, until }: FlagRule): Test[] {
  const tests: Test[] = []
  if (from !== undefined) {
    const start = Date.parse(from)
    tests.push((_, now) => now >= start)
  }
  if (until !== undefined) {
    const end = Date.parse(until)
    tests.push((_, now) => now < end)
  }
  return tests
}

/** Could the plan of a tenant make a difference? */
export function asksForPlan(rules: readonly FlagRule[], segments: ReadonlyMap<string, FlagSegment>): boolean {
  const of = ({ plans }: FlagCondition) => plans !== undefined
  return rules.some((rule) => of(rule) || (rule.segments ?? []).some((key) => segments.get(key)?.any.some(of)))
}
