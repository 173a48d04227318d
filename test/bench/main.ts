import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../../core/data/embedded/index.ts'
import { silentLogger } from '../../core/testing/silent-logger.ts'
import { benchChannels } from './channels.ts'
import { Generator } from './generator/generator.ts'
import { measureGrowth } from './growth.ts'
import { benchKafka } from './kafka/bench-kafka.ts'
import { printGrowth, printRounds } from './print.ts'
import type { Surroundings } from './programs.ts'
import { measureRounds } from './rounds.ts'

/**
 * `npm run bench [-- --quick] [--rounds 3] [--seconds 8] [--growth 1000,100000,1000000]`, with `--kafka [--events 40000]`
 * or `--channels`
 *
 * Parley beside the floor program on one Postgres, in turns, so that both meet the same machine; what counts are the ratios.
 * Bounded in time by the numbers above; speaks to loopback only; everything it starts, it ends.
 */
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    growth: { type: 'string' },
    kafka: { type: 'boolean', default: false },
    channels: { type: 'boolean', default: false },
    events: { type: 'string', default: '40000' },
  },
})
const plan = {
  rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
  seconds: Number(values.seconds ?? (values.quick ? 3 : 8)),
  growth: (values.growth ?? (values.quick ? '1000' : '1000,100000,1000000')).split(',').filter(Boolean).map(Number),
}

const home = mkdtempSync(join(tmpdir(), 'parley-bench-pg-'))
const postgres = await startEmbeddedPostgres({
  dataDir: join(home, 'postgres'),
  log: silentLogger,
  settings: { shared_buffers: '512MB', max_wal_size: '4GB' },
})
const generator = await Generator.start()
try {
  const around: Surroundings = { adminUrl: postgres.adminUrl, graphBaseUrl: generator.graphBaseUrl, home }
  console.log(
    `${cpus().length} cores, Node ${process.version}, Postgres on the same machine, fsync on; ${plan.rounds} rounds of ${plan.seconds} s`,
  )
  if (values.kafka) await benchKafka(around, generator, { ...plan, events: Number(values.events) })
  else if (values.channels) await benchChannels(around, generator, plan)
  else {
    printRounds(await measureRounds(around, generator, plan))
    printGrowth(await measureGrowth(around, generator, plan))
  }
} finally {
  await generator.stop()
  await postgres.stop()
  rmSync(home, { recursive: true, force: true })
}
