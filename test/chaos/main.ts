import { parseArgs } from 'node:util'
import { isClean } from './checker.ts'
import { isMutant, mutants } from './mutants.ts'
import { type ChaosReport, runChaos } from './run-chaos.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    servers: { type: 'string', default: '3' },
    clients: { type: 'string', default: '24' },
    mutant: { type: 'string' },
    drain: { type: 'string', default: '120' },
  },
})

function print({ seed, mutant, verdict, faults, deaths, drainMs }: ChaosReport): void {
  const { acked, lost, doubled, reordered, gaps, dead, unacked, drained, examples } = verdict
  console.log(`seed ${seed}${mutant === undefined ? '' : `, mutant ${mutant}`}`)
  console.log(`acked ${acked}, lost ${lost}, doubled ${doubled}, reordered ${reordered}, gaps ${gaps}`)
  console.log(`dead ${dead} (poison), stored without an ack ${unacked}`)
  console.log(`drained ${drained ? 'yes' : 'NO'} in ${drainMs} ms`)
  const { kills, stops, databaseCrashes } = faults
  console.log(`SIGKILL ${kills}, SIGSTOP ${stops}, crashes of Postgres ${databaseCrashes}, server deaths ${deaths}`)
  for (const example of examples) console.log(`  ${example}`)
}

const { mutant } = values
if (mutant !== undefined && !isMutant(mutant)) {
  console.error(`There is no mutant "${mutant}"; there are: ${mutants.join(', ')}.`)
  process.exit(2)
}
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))
console.log(`chaos for ${values.seconds} s, seed ${seed}`)
const report = await runChaos({
  seconds: Number(values.seconds),
  seed,
  servers: Number(values.servers),
  clients: Number(values.clients),
  drainSeconds: Number(values.drain),
  ...(mutant === undefined ? {} : { mutant }),
})
print(report)
process.exitCode = isClean(report.verdict) ? 0 : 1
