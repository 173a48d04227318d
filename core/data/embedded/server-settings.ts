/** Options of the embedded server, by their names in postgresql.conf. Given on the command line, so a new release of Parley changes them everywhere. */
export type ServerSettings = Readonly<Record<string, string>>

/**
 * Small enough for a laptop, durable (fsync stays on). Statements and the details of their errors stay out of the
 * server's log: they hold customers' data.
 */
export const defaultServerSettings: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  max_wal_size: '1GB',
  // A fresh installation's tables are known to the planner within seconds, not after the default minute.
  autovacuum_naptime: '15s',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

export function commandLine(settings: ServerSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
