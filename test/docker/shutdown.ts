import { expect } from 'chai'
import { readSettings } from '../../core/config/settings.ts'
import { parseHttpSettings } from '../../core/http/settings.ts'

/**
 * Checks that a process with these variables may finish what it began before whoever stops it loses patience, which is
 * `patienceMs` after SIGTERM. In order: lead, sockets sent away, requests, events, jobs (core/kernel/kernel.ts).
 */
export function expectTimeToDrain(env: Readonly<Record<string, string>>, patienceMs: number): void {
  const settings = readSettings(env, '/')
  const http = parseHttpSettings(settings.http)
  const sockets = http.live.closeJitterMs + http.live.goodbyeMs
  const longest = http.drainLeadMs + sockets + http.drainTimeoutMs + 2 * settings.shutdown.drainMs
  expect(longest, 'all steps of stopping fit into SHUTDOWN_GRACE_MS').to.be.at.most(settings.shutdown.graceMs)
  expect(settings.shutdown.graceMs, 'the process ends itself before it is killed').to.be.below(patienceMs)
}
