import type { ChannelTemplates, ChannelTemplateWrite, Connection, SendFailure } from '@parley/core'
import type { GraphClient, GraphRequest } from '../../meta/graph-client.ts'
import { asRecord, asText } from '../../meta/json.ts'
import { refusalOf } from '../send/outcome.ts'
import { slotsOf } from './slots.ts'

type Writes = Required<Pick<ChannelTemplates, 'submit' | 'change' | 'remove'>>

/** What is neither may have been carried out, or be taken later. */
const FAILURES: Partial<Record<SendFailure, 'auth' | 'refused'>> = { auth: 'auth', content: 'refused' }

/**
 * `POST /{waba_id}/message_templates` hands one in, `POST /{template_id}` changes it (Meta takes that of approved, rejected
 * and paused ones, an approved one once a day), `DELETE /{waba_id}/message_templates?hsm_id=&name=` takes one language away.
 */
export function templateWrites(graph: GraphClient): Writes {
  return {
    submit: ({ connection, template, signal }) =>
      ofAccount(connection, (wabaId) =>
        write(graph, connection, {
          method: 'POST',
          path: `/${encodeURIComponent(wabaId)}/message_templates`,
          json: { ...template, category: template.category.toUpperCase(), ...formatOf(template.components) },
          signal,
        }),
      ),
    change: ({ connection, template, patch: { category, components }, signal }) =>
      write(graph, connection, {
        method: 'POST',
        path: `/${encodeURIComponent(template.externalId)}`,
        json: { components, ...(category === undefined ? {} : { category: category.toUpperCase() }) },
        signal,
      }),
    remove: ({ connection, template: { externalId, name }, signal }) =>
      ofAccount(connection, (wabaId) =>
        write(graph, connection, {
          method: 'DELETE',
          path: `/${encodeURIComponent(wabaId)}/message_templates`,
          query: { hsm_id: externalId, name },
          signal,
        }),
      ),
  }
}

async function ofAccount(
  connection: Connection,
  work: (wabaId: string) => Promise<ChannelTemplateWrite>,
): Promise<ChannelTemplateWrite> {
  const wabaId = asText(connection.settings.wabaId)
  if (wabaId !== undefined) return work(wabaId)
  const detail = 'The connection has no settings.wabaId, which owns its templates.'
  return { ok: false, failure: 'auth', code: 'parley.no-waba', detail }
}

async function write(
  graph: GraphClient,
  connection: Connection,
  request: Omit<GraphRequest, 'token'>,
): Promise<ChannelTemplateWrite> {
  const token = connection.secrets.accessToken ?? ''
  const answer = await graph.request({ ...request, token })
  const refusal = refusalOf(answer, [token])
  if (refusal !== undefined) {
    const { failure, code, detail } = refusal
    return { ok: false, failure: FAILURES[failure] ?? 'retryable', code, detail }
  }
  const body = answer.outcome === 'answered' ? asRecord(answer.body) : undefined
  const [externalId, status, category] = [asText(body?.id), asText(body?.status), asText(body?.category)]
  return {
    ok: true,
    ...(externalId === undefined ? {} : { externalId }),
    ...(status === undefined ? {} : { status: status.toLowerCase() }),
    ...(category === undefined ? {} : { category: category.toLowerCase() }),
  }
}

/** Meta wants to be told when placeholders have names. */
function formatOf(components: readonly unknown[]): object {
  const named = slotsOf(components).slots.some(
    ({ component, type, key }) => component.type !== 'button' && type === 'text' && !/\.\d+$/.test(key),
  )
  return named ? { parameter_format: 'NAMED' } : {}
}
