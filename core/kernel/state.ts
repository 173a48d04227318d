import { ParleyError } from '../plugin/errors.ts'

/*
 * A plugin's life:
 *
 *   discovered ─→ loaded ─→ registered ─→ mounted ─→ starting ─→ started ─→ stopping ─→ stopped
 *
 * - discovered: its package.json was read, the kernel range fits; none of its code has run
 * - loaded: its entry file was imported, and its default export has the right shape
 * - registered: `register` returned contributions, and they validate
 * - mounted: routes, handlers and jobs are known to the kernel, behind a gate that is shut
 * - starting / started: `start` runs / is done; the gate is open from here
 *
 * From every state before `started` it can become `failed` (its own fault) or `blocked` (something it needs is not there).
 * `quarantined` is decided at `discovered`, so that none of its code runs. A plugin whose `stop` throws or hangs is `failed`.
 */
const MOVES = {
  discovered: ['loaded', 'failed', 'blocked', 'quarantined'],
  loaded: ['registered', 'failed', 'blocked'],
  registered: ['mounted', 'failed', 'blocked'],
  mounted: ['starting', 'failed', 'blocked'],
  starting: ['started', 'failed', 'blocked'],
  started: ['stopping'],
  stopping: ['stopped', 'failed'],
  stopped: [],
  failed: [],
  blocked: [],
  quarantined: [],
} as const satisfies Record<string, readonly string[]>

export type PluginState = keyof typeof MOVES

export const PLUGIN_STATES = Object.keys(MOVES) as readonly PluginState[]

/** The state moved to; throws `plugin.illegal-move` naming both when there is no such move. */
export function move(pluginId: string, from: PluginState, to: PluginState): PluginState {
  const legal: readonly string[] = MOVES[from]
  if (legal.includes(to)) return to
  throw new ParleyError(
    'plugin.illegal-move',
    `plugin ${pluginId} cannot go from ${from} to ${to}; from ${from} it can go to ${legal.join(', ') || 'nothing'}`,
  )
}

/** True when the plugin will not run any more in this process. */
export function isDown(state: PluginState): boolean {
  return state === 'failed' || state === 'blocked' || state === 'quarantined'
}
