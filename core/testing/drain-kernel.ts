import { setTimeout as pause } from 'node:timers/promises'
import { withDeadline } from '../kernel/deadline.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { ParleyError } from '../plugin/errors.ts'

/** Between two looks. */
const LOOK_MS = 10

/**
 * Resolves when every group has passed all events, no lane is due by the kernel's clock, and no job is due or running: seen
 * twice, as the last event may have led to a job, and the last job to an event.
 * A lane that waits for a retry in the future, or for an operator, does not count. Throws `test.not-drained` naming who is
 * behind.
 */
export async function drainKernel(kernel: Kernel, ms: number): Promise<void> {
  const end = performance.now() + ms
  let quiet = 0
  for (;;) {
    const left = end - performance.now()
    await withDeadline('waiting for jobs to end', Math.max(1, left), () => kernel.jobs.idle())
    const behind = await groupsBehind(kernel)
    quiet = behind.length === 0 ? quiet + 1 : 0
    if (quiet === 2) return
    if (quiet === 1) continue
    if (left <= 0) throw new ParleyError('test.not-drained', `after ${ms} ms there is still work: ${behind.join('; ')}`)
    await pause(LOOK_MS)
  }
}

async function groupsBehind(kernel: Kernel): Promise<readonly string[]> {
  const groups = await kernel.engine.lag()
  const names = groups.map((one) => one.group)
  const { rows } = await kernel.knex.raw<{ rows: { watch: { due: readonly string[] } }[] }>(
    'select parley.log_watch(?::text[], ?::text[], ?) as watch',
    [[], names, kernel.clock.now()],
  )
  const due = new Set(rows[0]?.watch.due)
  // A group that has not opened its cursors yet has no lag to tell of.
  const unopened = kernel.engine.groups.filter((group) => !names.includes(group))
  return [
    ...unopened.map((group) => `${group} has not begun`),
    ...groups
      .filter((one) => one.events > 0 || due.has(one.group))
      .map((one) => `${one.group} has ${one.events} events before it and ${one.parked} in lanes`),
  ]
}
