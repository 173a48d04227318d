const PROTOCOL = '1.0'
const MAX_REMEMBERED = 20_000

export const MANIFEST = {
  protocol: PROTOCOL,
  name: 'tincan',
  title: 'Tin Can',
  channel: {
    sends: ['text', 'image', 'document', 'location', 'template'],
    maxTextLength: 500,
    maxCaptionLength: 200,
    maxMediaBytes: { image: 1_000_000, document: 5_000_000 },
    window: null,
    features: ['media', 'read', 'templates'],
  },
}

const TEMPLATES = [
  {
    ...{ externalId: 'tpl-1', name: 'ready', language: 'en', category: 'utility', status: 'approved' },
    components: [
      { type: 'body', text: 'Hello {{name}}, order {{order}} is ready.' },
      { type: 'buttons', buttons: ['On my way', 'Later'] },
    ],
  },
]

/** A refusal: HTTP status and RFC 9457 body. */
export function problem(status, code, detail, more = {}) {
  return { status, body: { type: `urn:remote:${code}`, title: code, status, code, detail, ...more } }
}

const done = (data) => ({ status: 200, body: { data } })

/** What becomes of a call that is known to be Parley's, about an account that the caller may use. */
export const OPERATIONS = {
  'channel.test': (remote, account) => done({ account, title: remote.accounts.get(account).title }),

  /** The same correlationId is the same message, however often it comes. */
  'channel.send': (remote, account, data) => {
    const { to, content, correlationId, replyTo } = data
    if (remote.unreachable.has(to.value)) return problem(422, 'recipient', 'This person has no string.')
    const before = remote.sent.get(`${account}/${correlationId}`)
    if (before !== undefined) return done({ externalId: before })
    const externalId = `tin-${remote.nextNumber()}`
    remote.sent.set(`${account}/${correlationId}`, externalId)
    remote.received.push({ externalId, account, to: to.value, content, correlationId, replyTo })
    if (remote.received.length > MAX_REMEMBERED) remote.received.shift()
    if (remote.sent.size > MAX_REMEMBERED) remote.sent.delete(remote.sent.keys().next().value)
    return done({ externalId })
  },

  'channel.read': (remote, account, data) => {
    remote.reads.push({ account, externalId: data.externalId, typing: data.typing })
    return done({})
  },
}

/** Calls that only read. */
export function look(remote, path, account) {
  if (path === '/manifest') return done(MANIFEST)
  if (path === '/channel/templates') return done({ templates: TEMPLATES })
  const ref = path.startsWith('/channel/media/') ? decodeURIComponent(path.slice('/channel/media/'.length)) : undefined
  const file = ref === undefined ? undefined : remote.files.get(ref)
  if (file === undefined || file.account !== account)
    return ref === undefined ? problem(404, 'operation-unknown', path) : problem(410, 'gone', 'The file was let go.')
  return { status: 200, file }
}
