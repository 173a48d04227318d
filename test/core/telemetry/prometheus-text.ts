/** One sample of a family. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly type: string
  readonly help: string
  readonly samples: Sample[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]?Inf|[+-]?[\d.]+(?:e[+-]?\d+)?)(?: -?\d+)?$/i
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped']

/**
 * Prometheus's text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), strictly: every sample belongs to a
 * family whose type was said before it, no series comes twice, buckets add up. Throws on what Prometheus would refuse.
 */
export function parsePrometheus(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, Family>()
  const helps = new Map<string, string>()
  const series = new Set<string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, keyword, name = '', rest = ''] = line.match(/^# (HELP|TYPE) (\S+) (.*)$/) ?? []
    if (keyword === 'HELP') helps.set(name, rest)
    else if (keyword === 'TYPE') families.set(name, familyOf(name, rest, helps, families))
    else if (!line.startsWith('#')) addSample(sampleOf(line), families, series)
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family)
  return families
}

function familyOf(name: string, type: string, helps: Map<string, string>, known: Map<string, Family>): Family {
  if (!NAME.test(name)) throw new Error(`not a name: ${name}`)
  if (!TYPES.includes(type)) throw new Error(`${name} has an unknown type: ${type}`)
  if (known.has(name)) throw new Error(`${name} has two types`)
  return { type, help: helps.get(name) ?? '', samples: [] }
}

function sampleOf(line: string): Sample {
  const [, name, inner = '', value = ''] = line.match(SAMPLE) ?? []
  if (name === undefined) throw new Error(`not a sample: ${line}`)
  const labels: Record<string, string> = {}
  let read = 0
  for (LABEL.lastIndex = 0; read < inner.length; read = LABEL.lastIndex) {
    const [, label = '', content = ''] = LABEL.exec(inner) ?? []
    if (label === '' || label in labels) throw new Error(`labels cannot be read, or come twice: ${line}`)
    labels[label] = content
  }
  return { name, labels, value: Number(value.replace(/inf$/i, 'Infinity')) }
}

function addSample(sample: Sample, families: Map<string, Family>, series: Set<string>): void {
  const base = sample.name.replace(/_(bucket|sum|count)$/, '')
  const family = families.get(sample.name) ?? families.get(base)
  if (family === undefined) throw new Error(`${sample.name} has no type`)
  const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`
  if (series.has(key)) throw new Error(`the series comes twice: ${key}`)
  series.add(key)
  family.samples.push(sample)
}

/** Buckets never fall, and the last of them is the count. */
function checkHistogram(name: string, { samples }: Family): void {
  const without = ({ le, ...labels }: Sample['labels']) => JSON.stringify(Object.entries(labels).sort())
  const counts = new Map(samples.filter((s) => s.name === `${name}_count`).map((s) => [without(s.labels), s.value]))
  const buckets = Map.groupBy(
    samples.filter((sample) => sample.name === `${name}_bucket`),
    (sample) => without(sample.labels),
  )
  for (const [labels, list] of buckets) {
    const values = list.map(({ value }) => value)
    if (values.some((value, i) => value < (values[i - 1] ?? 0))) throw new Error(`buckets of ${name} fall: ${labels}`)
    if (list.at(-1)?.labels.le !== '+Inf') throw new Error(`${name} has no bucket +Inf: ${labels}`)
    if (values.at(-1) !== counts.get(labels)) throw new Error(`count of ${name} is not its last bucket: ${labels}`)
  }
}
