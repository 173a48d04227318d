import { describeFigures } from './kafka/figures.ts'
import type { KafkaReport } from './kafka/kafka-run.ts'
import { type OutageSample, summarizeOutage } from './kafka/outage.ts'
import type { ChaosReport } from './run-chaos.ts'

export function printReport({ seed, mutant, verdict, faults, kafka, deaths, drainMs }: ChaosReport): void {
  const { acked, lost, doubled, reordered, gaps, dead, unacked, drained, examples } = verdict
  console.log(`seed ${seed}${mutant === undefined ? '' : `, mutant ${mutant}`}`)
  console.log(`acked ${acked}, lost ${lost}, doubled ${doubled}, reordered ${reordered}, gaps ${gaps}`)
  console.log(`dead ${dead} (poison), stored without an ack ${unacked}`)
  console.log(`drained ${drained ? 'yes' : 'NO'} in ${drainMs} ms`)
  const { kills, stops, databaseCrashes } = faults
  console.log(`SIGKILL ${kills}, SIGSTOP ${stops}, crashes of Postgres ${databaseCrashes}, server deaths ${deaths}`)
  for (const example of examples) console.log(`  ${example}`)
  if (kafka !== undefined) printKafka(kafka)
}

function printKafka({ topic, figures, faults, usurpers, outage, changes }: KafkaReport): void {
  const { brokerKills, brokerStops, strangers, comings } = faults
  console.log(`broker: SIGKILL ${brokerKills}, SIGSTOP ${brokerStops}`)
  console.log(`storm: strangers in followers’ groups ${strangers}, servers that came and went ${comings}`)
  console.log(`lives with a second relay over all partitions ${usurpers}`)
  if (changes > 0) console.log(`servers that went from one way to the other under load ${changes}`)
  if (outage.length > 0) printOutage(outage)
  for (const line of describeFigures(figures)) console.log(line)
  const { records, repeats, lost, reordered, forged, examples } = topic
  console.log(`topic: records ${records}, repeats ${repeats}, lost ${lost}, reordered ${reordered}, forged ${forged}`)
  for (const example of examples) console.log(`  ${example}`)
}

function printOutage(samples: readonly OutageSample[]): void {
  console.table(
    samples.map(({ phase, ms, acked, lag }, i) => {
      const before = samples[i - 1]
      const rate = before === undefined ? 0 : ((acked - before.acked) * 1000) / Math.max(1, ms - before.ms)
      return { broker: phase, s: (ms / 1000).toFixed(1), acked, 'acked / s': Math.round(rate), 'relay lag': lag }
    }),
  )
  const { downMs, ackedWhileDown, rateUp, rateDown, peakLag, caughtUpMs, lastLag } = summarizeOutage(samples)
  console.log(
    `broker down for ${downMs} ms: ${ackedWhileDown} acked meanwhile, ${rateDown} / s (before: ${rateUp} / s)`,
  )
  console.log(`relay lag at most ${peakLag}; ${lastLag} under load ${caughtUpMs} ms after the broker was back`)
}
