import { kernelMigrations, type MigrationReport, type MigrationSource, migrate, rollback } from '../../data/index.ts'
import { discover } from '../../kernel/discover.ts'
import { kernelVersion } from '../../kernel/kernel-version.ts'
import { loadPlugin } from '../../kernel/load.ts'
import { databaseServer } from '../../kernel/storage.ts'
import { ParleyError, reasonOf } from '../../plugin/errors.ts'
import { type CliContext, type Command, type CommandInput, UsageError } from '../command.ts'
import { openInstallation } from '../installation.ts'
import { makeTopics } from '../make-topics.ts'

export const migrateCommand: Command = {
  name: 'migrate',
  usage: '[--rollback <plugin>|parley|all … --yes]',
  summary: 'Brings all tables up to date: the kernel’s, then those of every plugin.',
  help: [
    'Then the topics of the broker, where there is one (KAFKA_BROKERS).',
    'Logs in as the owner (DATABASE_URL). Each plugin is one transaction; one that fails stays as it was, the others go on.',
    '--rollback <id>…  takes the tables of these plugins away, with all that is in them; "all" means everything',
    '--yes             says that this is meant',
  ],
  options: { rollback: { type: 'boolean' }, yes: { type: 'boolean' } },
  async run(input, context) {
    const installation = await openInstallation(context)
    const { settings, config, log } = installation
    const server = await databaseServer(settings, log)
    try {
      const sources = await sourcesOf(config.plugins, context)
      const report =
        input.values.rollback === true
          ? await rollback({ adminUrl: server.adminUrl, sources: chosen(input, sources), log })
          : await migrate({ adminUrl: server.adminUrl, sources, log })
      show(report, context)
      if (input.values.rollback !== true) await makeTopics(installation, server.adminUrl, context)
    } finally {
      await server.stop()
    }
  },
}

async function sourcesOf(entries: Parameters<typeof discover>[0], context: CliContext): Promise<MigrationSource[]> {
  const sources: MigrationSource[] = []
  for (const record of discover(entries, context.cwd, kernelVersion)) {
    if (record.down) context.print(`${record.id}: passed over, ${record.reason}`)
    else {
      try {
        const directory = (await loadPlugin(record)).manifest.migrations
        if (directory !== undefined) sources.push({ id: record.id, directory })
      } catch (error) {
        context.print(`${record.id}: passed over, it cannot be loaded: ${reasonOf(error)}`)
      }
    }
  }
  return sources
}

function chosen(input: CommandInput, sources: readonly MigrationSource[]): readonly MigrationSource[] {
  const all = [kernelMigrations, ...sources]
  const wanted = input.positionals
  if (wanted.length === 0) throw new UsageError(`expected whose tables: ${all.map((s) => s.id).join(', ')}, or all`)
  const unknown = wanted.filter((id) => id !== 'all' && !all.some((source) => source.id === id))
  if (unknown.length > 0) throw new UsageError(`${unknown.join(', ')} has no tables here`)
  if (input.values.yes !== true) throw new UsageError(`this deletes all data of ${wanted.join(', ')}; say --yes`)
  return wanted.includes('all') ? all : all.filter((source) => wanted.includes(source.id))
}

function show(report: MigrationReport, context: CliContext): void {
  for (const { id, ran, failure } of report.sources) {
    context.print(`${id}: ${failure ? `failed, ${failure.reason}` : ran.length > 0 ? ran.join(', ') : 'nothing to do'}`)
  }
  if (!report.ok) throw new ParleyError('migration.failed', 'not everything could be migrated; see above')
}
