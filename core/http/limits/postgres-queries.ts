import type { Knex } from 'knex'

/** A statement as rate-limiter-flexible asks for it. Its `name` is not taken over: see {@link postgresQueries}. */
interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** The part of knex's own client that runs one statement on one connection. */
interface StatementRunner {
  acquireConnection(): Promise<unknown>
  releaseConnection(connection: unknown): Promise<void>
  query(connection: unknown, query: { sql: string; bindings: readonly unknown[] }): Promise<{ response: unknown }>
}

/**
 * The pool in the shape of a pg client, for the limiter. Through the pool's own door its statements are named, prepared (or
 * not, behind a pooler) and watched like all others.
 */
export function postgresQueries(knex: Knex): { query(statement: Statement): Promise<unknown> } {
  const runner = knex.client as StatementRunner
  return {
    query: async ({ text, values }) => {
      const connection = await runner.acquireConnection()
      try {
        return (await runner.query(connection, { sql: text, bindings: values })).response
      } finally {
        await runner.releaseConnection(connection)
      }
    },
  }
}
