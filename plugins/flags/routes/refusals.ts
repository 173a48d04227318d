import { type FlagDefinition, type FlagRefusal, flagFaults, problem, type Refusal, type Reply } from '@parley/core'

const STATUS: Readonly<Record<FlagRefusal, number>> = {
  'not-found': 404,
  'changed-meanwhile': 409,
  'in-use': 409,
  'kind-fixed': 422,
  'unknown-segment': 422,
}

export function refused({ reason, detail }: Refusal<FlagRefusal>): Reply {
  return problem(STATUS[reason], `flag.${reason}`, detail)
}

/** What no schema can say about a definition, or `undefined` when it is right. */
export function faulty(definition: FlagDefinition): Reply | undefined {
  const faults = flagFaults(definition)
  if (faults.length === 0) return undefined
  const errors = faults.map((message) => ({ field: message.split(' ')[0] ?? 'body', message }))
  return problem(400, 'flag.invalid', `The flag is not valid: ${faults.join('; ')}.`, { errors })
}

export const noSuchFlag = (key: string) => problem(404, 'flag.not-found', `There is no flag ${key}.`)

export const documentedRefusals = {
  409: { description: 'Somebody else has changed it since, or it is in use.' },
  422: { description: 'It names a segment that is not there, or changes what a plugin has fixed.' },
}
