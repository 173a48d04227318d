import { postWebhook, type SimulatorContext } from './context.ts'
import type { SimulatedAccount, SimulatedTemplate } from './state.ts'
import { envelope } from './webhook-bodies.ts'

/** What Meta decides about a template; what is absent stays. */
export interface TemplateDecision {
  readonly status?: SimulatedTemplate['status']
  /** Meta's code, `ABUSIVE_CONTENT`, and for a pause its words. */
  readonly reason?: string
  readonly quality?: 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN'
  readonly category?: SimulatedTemplate['category']
  /** It is taken off the list. */
  readonly deleted?: boolean
}

/** Changes the list, then tells the account's callback by one webhook for each thing that changed. */
export function decideTemplate(
  context: SimulatorContext,
  account: SimulatedAccount,
  named: { readonly name: string; readonly language: string },
  decision: TemplateDecision,
): void {
  const all = context.state.templatesOf(account.wabaId)
  const before = all.find(({ name, language }) => name === named.name && language === named.language)
  if (before === undefined) throw new RangeError(`the simulator has no template ${named.name} in ${named.language}`)
  const after = decided(before, decision)
  const list = all.flatMap((one) => (one === before ? (decision.deleted === true ? [] : [after]) : [one]))
  context.state.templates.set(account.wabaId, list)
  const time = Math.floor(context.now() / 1000)
  for (const [field, value] of newsOf(before, decision))
    postWebhook(context, account, envelope(account, field, value, time))
}

function decided(
  template: SimulatedTemplate,
  { status, reason, quality, category }: TemplateDecision,
): SimulatedTemplate {
  return {
    ...template,
    ...(status === undefined ? {} : { status, rejected_reason: status === 'REJECTED' ? (reason ?? 'NONE') : 'NONE' }),
    ...(quality === undefined ? {} : { quality_score: { score: quality } }),
    ...(category === undefined ? {} : { category }),
  }
}

function newsOf(before: SimulatedTemplate, decision: TemplateDecision): (readonly [string, Record<string, unknown>])[] {
  const about = {
    message_template_id: Number(before.id),
    message_template_name: before.name,
    message_template_language: before.language,
  }
  const { status, reason = 'NONE', quality, category, deleted } = decision
  const event = deleted === true ? 'DELETED' : status
  const told = status === 'PAUSED' ? { other_info: { title: 'FIRST_PAUSE', description: reason } } : {}
  const news: (readonly [string, Record<string, unknown>])[] = []
  if (event !== undefined)
    news.push([
      'message_template_status_update',
      { event, ...about, reason: status === 'REJECTED' ? reason : 'NONE', ...told },
    ])
  if (quality !== undefined) {
    const previous_quality_score = before.quality_score?.score ?? 'UNKNOWN'
    news.push(['message_template_quality_update', { previous_quality_score, new_quality_score: quality, ...about }])
  }
  if (category !== undefined)
    news.push(['template_category_update', { ...about, previous_category: before.category, new_category: category }])
  return news
}
