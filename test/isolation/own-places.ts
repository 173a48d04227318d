/** Why a path that names something of another tenant is answered all the same. By operation id; a new one is put here by hand. */
export const OPEN_BY_DESIGN: Readonly<Record<string, string>> = {
  webchatPage: 'Customers of every business open its chat by the id that stands on its website.',
  webchatApp: 'As the page around it.',
  webchatLoader: 'As the page around it.',
  openWebchatSession: 'A visitor of that business, whoever else they may be.',
  readWebchatFile: 'The link is signed and ends: whoever was given it may read.',
  verifyWebhook: 'A vendor speaks here, and knows the endpoint’s token.',
  receiveWebhook: 'A vendor speaks here, and signs.',
  remoteUploadFile: 'A remote speaks here, and signs with the secret of that very connection.',
  putLabel: 'Labels are known by name: two tenants have each their own of one name.',
}

/** Live topics, each with the path that only their owner may listen to. */
export const TOPICS = [
  '/live/inbox/{tenantId}',
  '/live/notifications/{tenantId}/{userId}',
  '/live/webchat/{participantId}',
] as const

/** Bodies that hold together, for operations whose schema says less than they ask for. By operation id. */
export const BODIES: Readonly<Record<string, object>> = {
  changeMemberRole: { role: 'agent' },
  sendConversationMessage: { text: 'hello' },
  replyToMessage: { text: 'hello' },
}
