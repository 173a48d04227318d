import type { ChannelTemplateName, MessageTemplates, OutboundContent, Refusal, UnitOfWork } from '@parley/core'

/** A send that has a target. */
export interface Placed {
  readonly content: OutboundContent
  readonly connectionId: string
}

/**
 * Sends whose template the vendor would refuse (paused, disabled, not approved), with the reason. One query, and none when
 * nothing is a template. Without somebody who keeps templates the vendor judges.
 */
export async function refusedTemplates<S extends Placed>(
  templates: MessageTemplates | undefined,
  uow: UnitOfWork,
  sends: readonly S[],
): Promise<ReadonlyMap<S, Refusal<'template-not-sendable'>>> {
  const named = sends.flatMap((send) => nameIn(send).map((name) => ({ ...name, send })))
  if (templates === undefined || named.length === 0) return new Map()
  const refusals = await templates.unsendable(uow, named)
  return new Map(
    named.flatMap(({ send }, index) => {
      const refusal = refusals[index]
      return refusal === undefined ? [] : [[send, refusal]]
    }),
  )
}

/** Tells who keeps the templates that these sends were accepted; the counting comes later. */
export function tellUses(templates: MessageTemplates | undefined, uow: UnitOfWork, sends: readonly Placed[]): void {
  templates?.used(uow, sends.flatMap(nameIn))
}

function nameIn({ content, connectionId }: Placed): readonly ChannelTemplateName[] {
  return content.kind === 'template' ? [{ connectionId, name: content.name, language: content.language }] : []
}
