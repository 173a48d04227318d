import { expect } from 'chai'
import { declaredSeries, isLabel } from './declared-metrics.ts'
import { expressions, recorded } from './queries.ts'

/** Names that Prometheus itself gives. */
const SERIES_OF_PROMETHEUS = ['up']
const LABELS_OF_PROMETHEUS = ['job', 'instance', 'le']

/** What may stand before a parenthesis or a list of labels. */
const WORDS = new Set(
  `absent abs and by count floor histogram_quantile ignoring increase max min offset on or rate resets sum time topk unless
   vector without group_left group_right`.split(/\s+/),
)

/** Names of series in an expression, and of its labels. */
function namesIn(expr: string): { series: readonly string[]; labels: readonly string[] } {
  const grouped = [...expr.matchAll(/\b(?:by|without|on|ignoring) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(','),
  )
  const matched = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  )
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(?:by|without|on|ignoring) \([^)]*\)/g, '')
    .replaceAll(/\boffset \d+[a-z]/g, '')
  const words = [...bare.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*/g)].map(([word]) => word)
  return {
    series: words.filter((word) => !WORDS.has(word)),
    labels: [...grouped, ...matched].map((label) => label.trim()).filter((label) => label !== ''),
  }
}

describe('the names in dashboard, alerts and scaler', () => {
  const declared = new Set([...declaredSeries(), ...SERIES_OF_PROMETHEUS, ...recorded()])
  const used = expressions().map(({ where, expr }) => ({ where, ...namesIn(expr) }))

  it('are all of series that the telemetry room declares', () => {
    const strangers = used.flatMap(({ where, series }) =>
      series.filter((name) => !declared.has(name)).map((name) => `${where}: ${name}`),
    )
    expect(strangers).to.deep.equal([])
    expect(used.flatMap(({ series }) => series)).to.include.members([
      'parley_consumer_lag_time',
      'nodejs_eventloop_delay_p99',
    ])
  })

  it('are all of labels that it gives', () => {
    const strangers = used.flatMap(({ where, labels }) =>
      labels
        .filter((label) => !LABELS_OF_PROMETHEUS.includes(label) && !isLabel(label))
        .map((label) => `${where}: ${label}`),
    )
    expect(strangers).to.deep.equal([])
  })

  it('would be seen to be wrong', () => {
    const { series, labels } = namesIn('sum by (le, rout) (rate(http_requests_total{http_rout="/a"}[5m])) > 1')
    expect(series.filter((name) => !declared.has(name))).to.deep.equal(['http_requests_total'])
    expect(labels.filter((label) => label !== 'le' && !isLabel(label))).to.deep.equal(['rout', 'http_rout'])
  })

  it('show on the dashboard everything that Parley itself counts', () => {
    const onDashboard = new Set(
      used.filter(({ where }) => where.startsWith('dashboard')).flatMap(({ series }) => series),
    )
    const own = [...declared].filter((name) => name.startsWith('parley_') && !/_(bucket|count|sum)$/.test(name))
    // Said by an alert, and of no interest over time.
    const alone = ['parley_figures_up', 'parley_postgres_restarts_total']
    expect(own.filter((name) => !onDashboard.has(name) && !alone.includes(name))).to.deep.equal([])
  })
})
