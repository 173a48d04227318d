import { contributedDefinition } from '../flags/contributed.ts'
import { flagFaults } from '../flags/definition-schema.ts'
import type { Contributions } from '../plugin/plugin.ts'
import type { PluginRecord } from './record.ts'

/** What is wrong with the flags that a plugin brings, and with the places that name one. */
export function flagProblems(record: PluginRecord, contributions: Contributions): readonly string[] {
  const { flags = [], flag } = record.plugin?.manifest ?? {}
  const switches = new Set(flags.filter(({ kind = 'boolean' }) => kind === 'boolean').map(({ key }) => key))
  const gates = [
    { what: 'the manifest', flag },
    ...(contributions.routes ?? []).map((route) => ({ what: `route ${route.id}`, flag: route.flag })),
    ...(contributions.handlers ?? []).map((handler) => ({ what: `handler ${handler.id}`, flag: handler.flag })),
    ...(contributions.streams ?? []).map((stream) => ({ what: `stream ${stream.id}`, flag: stream.flag })),
  ]
  return [
    ...flags
      .filter(({ key }) => !key.startsWith(`${record.id}.`))
      .map(({ key }) => `the flag ${key} must begin with "${record.id}."`),
    ...flags.flatMap((one) => flagFaults(contributedDefinition(one)).map((fault) => `the flag ${one.key}: ${fault}`)),
    ...gates.flatMap(({ what, flag: named }) =>
      named === undefined || switches.has(named)
        ? []
        : [`${what} names the flag ${named}, which is no boolean flag of its manifest`],
    ),
  ]
}
