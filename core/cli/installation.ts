import type { ParleyConfig } from '../config/define-config.ts'
import { loadConfig } from '../config/load-config.ts'
import { withSecretFiles } from '../config/secret-files.ts'
import { hasReferences, withReferences } from '../config/secret-references.ts'
import { type KernelSettings, readSettings } from '../config/settings.ts'
import { earlySource } from '../kernel/early-source.ts'
import { openStorage, type Storage } from '../kernel/storage.ts'
import type { Logger } from '../plugin/services.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { CliContext } from './command.ts'

/** The installation that a command works on. */
export interface Installation {
  readonly settings: KernelSettings
  readonly config: ParleyConfig
  readonly log: Logger
}

export async function openInstallation({ cwd, env }: CliContext): Promise<Installation> {
  const config = await loadConfig(cwd)
  const settings = readSettings(await filledIn(cwd, withSecretFiles(env), config), cwd)
  return { settings, config, log: createLogger(settings.logLevel) }
}

/** What lies in a secrets manager is fetched before anything else. */
async function filledIn(cwd: string, env: CliContext['env'], config?: ParleyConfig): Promise<CliContext['env']> {
  if (!hasReferences(env)) return env
  const { plugins } = config ?? (await loadConfig(cwd))
  return withReferences(env, (key) => earlySource(key, { plugins, root: cwd, env }))
}

/** Runs `work` over the installation's database, beside a server that may be running. Only warnings are logged. */
export async function withStorage<T>(
  { cwd, env }: CliContext,
  work: (storage: Storage, settings: KernelSettings, log: Logger) => Promise<T>,
): Promise<T> {
  const settings = readSettings(await filledIn(cwd, withSecretFiles(env)), cwd)
  const log = createLogger(env.LOG_LEVEL === undefined ? 'warn' : settings.logLevel)
  const storage = await openStorage(settings, log)
  try {
    return await work(storage, settings, log)
  } finally {
    await storage.close()
  }
}
