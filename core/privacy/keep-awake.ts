import type { UnitOfWork } from '../plugin/unit-of-work.ts'

/** Well below what the database lets a transaction lie idle. */
const EVERY_MS = 3_000

/** Keeps a transaction from being ended as idle while something else is done inside it. */
export async function keepAwake<T>({ trx }: Pick<UnitOfWork, 'trx'>, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    // A transaction that has ended says so to its owner's next statement.
    trx.raw('select 1').catch(() => undefined)
  }, EVERY_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
