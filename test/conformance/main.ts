/**
 * `npm run conformance [-- <channel> …]`: plays the conformance suite against every channel of ours and prints channel × case.
 * Exit code 1 when a case fails, or an adapter with a channel has no driver.
 */
import { CASES, conformanceTable, failuresOf, type Judgement, judgeChannel } from '@parley/core/testing/conformance'
import { testServer } from '../../core/testing/test-server.ts'
import { findDrivers } from './find-drivers.ts'

const wanted = process.argv.slice(2)
const { drivers, undriven } = await findDrivers()
const chosen = drivers.filter(({ provider }) => wanted.length === 0 || wanted.includes(provider))
if (chosen.length === 0) {
  const known = [...new Set(drivers.map(({ provider }) => provider))].join(', ')
  console.error(`There is no channel ${wanted.join(', ')}; there are: ${known}`)
  process.exit(2)
}

const judgements: Judgement[] = []
for (const driver of chosen) {
  const judgement = await judgeChannel(driver)
  judgements.push(judgement)
  console.error(`${driver.name}: ${Object.keys(CASES).length - failuresOf(judgement)} of ${Object.keys(CASES).length}`)
}
await testServer.stop()
for (const line of conformanceTable(judgements)) console.log(line)
if (wanted.length === 0 && undriven.length > 0)
  console.log(`\nNo driver in test/adapters/<adapter>/driver.ts for: ${undriven.join(', ')}`)
const failed = judgements.some((judgement) => failuresOf(judgement) > 0)
process.exit(failed || (wanted.length === 0 && undriven.length > 0) ? 1 : 0)
