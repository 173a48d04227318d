import type { InboundContent, MailAttachment, OutboundContent, OutboundMedia } from '@parley/core'

type Content = InboundContent | OutboundContent

/** The files that a message brings: the one of a picture, all that hang on a mail. */
export function filesOf(content: Content): readonly (MailAttachment | OutboundMedia)[] {
  if (content.kind === 'email') return content.attachments ?? []
  return 'media' in content ? [content.media] : []
}

/** The content with what is known of a file since it was fetched. `ref` tells the files of a mail apart. */
export function withFile(content: Content, ref: string | undefined, known: Partial<MailAttachment>): Content {
  if ('media' in content) return { ...content, media: { ...content.media, ...known } } as Content
  if (content.kind !== 'email' || ref === undefined) return content
  const attachments = (content.attachments ?? []).map((file) =>
    'ref' in file && file.ref === ref ? { ...file, ...known } : file,
  )
  return { ...content, attachments } as Content
}
