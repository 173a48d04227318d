import { type Context, context, createContextKey, type Span, SpanKind, type Tracer } from '@opentelemetry/api'
import type { Knex } from 'knex'
import * as names from './names.ts'
import { failed, isTraced, within } from './spans.ts'

/** Counts the statements of the transaction that runs now. */
const STATEMENTS = createContextKey('parley.statements')

/** knex's own account of a statement. */
interface Query {
  readonly sql: string
  readonly __knexQueryUid: string
  readonly __knexTxId?: string
}

type Begin = (this: unknown, work: unknown, config?: unknown) => unknown

/**
 * A span for each transaction, with the number of its statements, and one for each statement outside of any; both only
 * within a trace. Of a statement only its verb and what it names are told: neither its text nor its values.
 */
export function traceDatabase(knex: Knex, tracer: Tracer): void {
  const owner = (knex as unknown as { context: { transaction: Begin } }).context
  const begin = owner.transaction
  owner.transaction = function (work, config) {
    if (typeof work !== 'function' || !isTraced()) return begin.call(this, work, config)
    return inTransaction(tracer, () => begin.call(this, work, config) as Promise<unknown>)
  }
  const open = new Map<string, Span>()
  knex.on('query', (query: Query) => started(tracer, open, query))
  knex.on('query-response', (_response: unknown, query: Query) => ended(open, query))
  knex.on('query-error', (error: unknown, query: Query) => ended(open, query, error))
}

function inTransaction(tracer: Tracer, work: () => Promise<unknown>): Promise<unknown> {
  const span = tracer.startSpan('transaction', {
    kind: SpanKind.CLIENT,
    attributes: { [names.DB_SYSTEM]: 'postgresql' },
  })
  const count = { statements: 0 }
  const ctx: Context = context.active().setValue(STATEMENTS, count)
  return within(span, ctx, async () => {
    try {
      return await work()
    } finally {
      span.setAttribute('parley.db.statements', count.statements)
    }
  })
}

function started(tracer: Tracer, open: Map<string, Span>, { sql, __knexQueryUid, __knexTxId }: Query): void {
  if (__knexTxId !== undefined) {
    const count = context.active().getValue(STATEMENTS) as { statements: number } | undefined
    if (count !== undefined) count.statements += 1
    return
  }
  if (!isTraced()) return
  const summary = summaryOf(sql)
  const attributes = { [names.DB_SYSTEM]: 'postgresql', [names.DB_SUMMARY]: summary }
  open.set(__knexQueryUid, tracer.startSpan(summary, { kind: SpanKind.CLIENT, attributes }))
}

function ended(open: Map<string, Span>, { __knexQueryUid }: Query, error?: unknown): void {
  const span = open.get(__knexQueryUid)
  if (span === undefined) return
  open.delete(__knexQueryUid)
  if (error !== undefined) failed(span, error)
  span.end()
}

/** `select * from parley.log_ingest($1, …)` → `select parley.log_ingest`. Identifiers only: a literal never matches. */
export function summaryOf(sql: string): string {
  const [verb = 'query'] = sql.trim().match(/^\w+/) ?? []
  const [, target] = sql.match(/\b(?:from|into|update|select)\s+"?([a-z_]\w*"?\."?[a-z_]\w*)/i) ?? []
  return target === undefined ? verb.toLowerCase() : `${verb.toLowerCase()} ${target.replaceAll('"', '')}`
}
