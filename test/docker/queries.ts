import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './dockerfile.ts'
import { readYaml } from './yaml-files.ts'

export const FOLDER = 'docker/monitoring'

interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
}

export interface Alert extends Rule {
  readonly alert: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

interface Panel {
  readonly title: string
  readonly datasource?: { readonly type: string }
  readonly targets?: readonly { readonly expr: string }[]
}

function rules(): readonly Rule[] {
  const { groups } = readYaml(`${FOLDER}/prometheus/alerts.yaml`) as { groups: { rules: Rule[] }[] }
  return groups.flatMap((group) => group.rules)
}

export function alerts(): readonly Alert[] {
  return rules().filter((rule): rule is Alert => rule.alert !== undefined)
}

/** Names that recording rules make. */
export function recorded(): readonly string[] {
  return rules().flatMap(({ record }) => record ?? [])
}

/** The dashboard's panels that ask Prometheus, in order. */
export function panels(): readonly Panel[] {
  const text = readFileSync(join(root, FOLDER, 'grafana/dashboards/parley.json'), 'utf8')
  const dashboard = JSON.parse(text) as { panels: Panel[] }
  return dashboard.panels.filter(({ datasource }) => datasource?.type === 'prometheus')
}

/** Every PromQL expression: of rules, of the dashboard, and of the scaler; `where` names its place. */
export function expressions(): readonly { readonly where: string; readonly expr: string }[] {
  const scaler = readYaml('docker/kubernetes/overlays/kafka/scaler.yaml') as {
    spec: { triggers: { metadata: { query?: string } }[] }
  }
  return [
    ...rules().map((rule) => ({ where: `alerts.yaml: ${rule.alert ?? rule.record}`, expr: rule.expr })),
    ...panels().flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ where: `dashboard: ${title}`, expr })),
    ),
    ...scaler.spec.triggers.flatMap(({ metadata: { query } }) =>
      query === undefined ? [] : [{ where: 'scaler.yaml', expr: query }],
    ),
  ]
}
