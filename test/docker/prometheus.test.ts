import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { stringify } from 'yaml'
import { describeWith } from '../real-parts.ts'
import { root } from './dockerfile.ts'
import { onPath } from './on-path.ts'
import { alerts, expressions, FOLDER } from './queries.ts'
import { readYaml, yamlFiles } from './yaml-files.ts'

const run = promisify(execFile)
const promtool = onPath('promtool')

const TESTS = yamlFiles(`${FOLDER}/prometheus/tests`)

interface RuleTest {
  readonly alert_rule_test?: readonly { readonly alertname: string; readonly exp_alerts?: readonly unknown[] }[]
}

describeWith('promtool (Debian package prometheus)', promtool, 'the alert rules', (tool) => {
  it('are what Prometheus reads, with its configuration', async () => {
    await run(tool, ['check', 'config', join(root, FOLDER, 'prometheus/prometheus.yaml')])
  })

  it('fire when they should, and only then', async function () {
    this.timeout(60_000)
    await run(tool, ['test', 'rules', ...TESTS.map((file) => join(root, file))])
  })

  it('would be seen not to fire: one with another threshold fails its test', async function () {
    this.timeout(60_000)
    const folder = await mkdtemp(join(tmpdir(), 'parley-rules-'))
    await cp(join(root, FOLDER, 'prometheus'), folder, { recursive: true })
    const rules = join(folder, 'alerts.yaml')
    const changed = (await readFile(rules, 'utf8')).replace('lag_time) > 20', 'lag_time) > 90')
    await writeFile(rules, changed)
    const failure = await run(tool, ['test', 'rules', join(folder, 'tests/events.yaml')]).catch((error) => error)
    await rm(folder, { recursive: true })
    expect(failure.stdout + failure.stderr).to.include('alertname: ParleyRelayStalled')
  })

  it('understands every query of the dashboard', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-queries-'))
    const rules = expressions().map(({ expr }, index) => ({
      record: `query_${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }))
    await writeFile(join(folder, 'queries.yaml'), stringify({ groups: [{ name: 'queries', rules }] }))
    await run(tool, ['check', 'rules', join(folder, 'queries.yaml')])
    await rm(folder, { recursive: true })
  })
})

describe('the alert rules, as written', () => {
  const tested = TESTS.flatMap((file) => (readYaml(file) as { tests: RuleTest[] }).tests).flatMap(
    (one) => one.alert_rule_test ?? [],
  )

  it('have each a test that fires and one that does not, a severity, and a sentence for whoever is woken', () => {
    const always = ['ParleyPluginDown', 'ParleyVendorFailing', 'ParleyWebhooksRefused']
    for (const { alert, labels, annotations } of alerts()) {
      const own = tested.filter(({ alertname }) => alertname === alert)
      expect(
        own.some(({ exp_alerts: fired = [] }) => fired.length > 0),
        `${alert} is seen to fire`,
      ).to.equal(true)
      // Of those that are told apart by a label, another one is silent in the same test.
      expect(
        always.includes(alert) || own.some(({ exp_alerts: fired = [] }) => fired.length === 0),
        `${alert} is seen to be silent`,
      ).to.equal(true)
      expect(labels.severity, alert).to.be.oneOf(['page', 'ticket'])
      expect(annotations.summary, alert).to.match(/\.$/)
    }
  })

  it('are each explained on the page about running Parley', () => {
    const page = readFileSync(join(root, 'docker/README.md'), 'utf8')
    expect(alerts().filter(({ alert }) => !page.includes(`\`${alert}\``))).to.deep.equal([])
  })
})
