import type { Knex } from 'knex'
import { type CommandResponse, type Db, fromKnex } from 'pg-boss'

interface Connection {
  query(text: string, values?: unknown[]): Promise<Answer | Answer[]>
}

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: pg-boss' own type of a row
  readonly rows: any[]
}

/**
 * pg-boss over the application's pool. Its maintenance sends several statements in one text, which the pool refuses for
 * everybody else (see `postgres-client.ts`), so its SQL goes to the connection itself.
 */
export function poolForBoss(knex: Knex): Db {
  return {
    async executeSql(text, values) {
      const connection: Connection = await knex.client.acquireConnection()
      try {
        const answer = values === undefined ? await connection.query(text) : await connection.query(text, values)
        return Array.isArray(answer) ? { rows: answer.flatMap((one) => one.rows) } : answer
      } catch (error) {
        // A failed BEGIN … COMMIT text leaves its transaction open; on a broken connection this fails too, and the pool drops it.
        await connection.query('ROLLBACK').catch(() => undefined)
        throw error
      } finally {
        await knex.client.releaseConnection(connection)
      }
    },
  }
}

/** pg-boss inside a transaction of ours: a rollback takes its work along. */
export function transactionForBoss(trx: Knex.Transaction): Db {
  return fromKnex(trx)
}

/** How many jobs a command of pg-boss touched; 12.35 answers with the number and leaves it out of its type. */
export function affectedBy(response: CommandResponse): number {
  return 'affected' in response && typeof response.affected === 'number' ? response.affected : 0
}
