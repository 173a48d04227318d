import { ParleyError } from '../plugin/errors.ts'
import type { PluginRecord } from './record.ts'
import type { PluginState } from './state.ts'

export interface BootReportEntry {
  readonly plugin: string
  readonly version: string
  readonly kind: string
  readonly state: PluginState
  /** Time spent in the plugin's own code. */
  readonly ms: number
  /** Why it does not run; empty when it does. */
  readonly reason: string
}

/** Every plugin of the allow-list, and what became of it. */
export class BootReport {
  readonly #records: readonly PluginRecord[]

  constructor(records: readonly PluginRecord[]) {
    this.#records = records
  }

  get entries(): readonly BootReportEntry[] {
    return this.#records.map(entryOf)
  }

  /** Plugins that do not run although the configuration asks for them. */
  get failures(): readonly BootReportEntry[] {
    return this.#records.filter((record) => record.down).map(entryOf)
  }

  /** One line a plugin, columns aligned. */
  toString(): string {
    if (this.#records.length === 0) return 'no plugins'
    const header = ['plugin', 'version', 'kind', 'state', 'ms', 'reason']
    const rows = this.entries.map((e) => [e.plugin, e.version, e.kind, e.state, e.ms.toFixed(0), e.reason])
    const widths = header.map((title, column) =>
      Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0), title.length),
    )
    return [header, ...rows]
      .map((row) =>
        row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd(),
      )
      .join('\n')
  }

  /** Throws `boot.required-plugin-failed` with the whole report when a required plugin is down. */
  assertRequired(): void {
    const lost = this.#records.filter((record) => record.required && record.down)
    if (lost.length === 0) return
    const names = lost.map((record) => `${record.id} (${record.state}: ${record.reason})`).join('; ')
    throw new ParleyError('boot.required-plugin-failed', `required plugins do not run: ${names}\n\n${this}`, {
      details: { plugins: lost.map((record) => record.id) },
    })
  }
}

function entryOf(record: PluginRecord): BootReportEntry {
  return {
    plugin: record.id,
    version: record.package?.version ?? '-',
    kind: record.package?.kind ?? '-',
    state: record.state,
    ms: record.ms,
    reason: record.reason,
  }
}
