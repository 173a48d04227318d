import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { expect } from 'chai'

const root = join(import.meta.dirname, '..')

/** Vendors' SDKs: only the adapter that speaks to the vendor may import one. */
const VENDOR_SDKS =
  /^(stripe|razorpay|openai|twilio|kafkajs|@sendgrid\/|@aws-sdk\/|@google-cloud\/|nodemailer|imapflow|undici|openid-client|jose)(\/|$)/

/** What each room may import of ours; everything else between rooms goes through ports and events. */
const ARROWS: readonly {
  readonly room: RegExp
  readonly may: (from: string, to: string) => boolean
  readonly rule: string
}[] = [
  {
    room: /^core\//,
    may: (_from, to) => to.startsWith('core/') || to.startsWith('migrations/'),
    rule: 'core imports neither adapters nor plugins',
  },
  {
    room: /^adapters\//,
    may: (from, to) =>
      to.startsWith(`${roomOf(from)}/`) ||
      (META_ADAPTERS.has(roomOf(from)) && to.startsWith('adapters/meta/')) ||
      (MAIL_ADAPTERS.has(roomOf(from)) && to.startsWith('adapters/mail/')),
    rule: 'an adapter imports @parley/core and its own files (Meta adapters also adapters/meta, mail adapters adapters/mail)',
  },
  {
    room: /^plugins\//,
    may: (from, to) => to.startsWith(`${roomOf(from)}/`),
    rule: 'a plugin imports @parley/core and its own files',
  },
]

const META_ADAPTERS = new Set(['adapters/whatsapp', 'adapters/instagram', 'adapters/messenger'])
const MAIL_ADAPTERS = new Set(['adapters/email', 'adapters/sendgrid', 'adapters/resend'])
/** Rooms that are libraries of others: no plugin, so no package.json. */
const LIBRARIES = new Set(['adapters/meta', 'adapters/mail'])

interface Import {
  readonly file: string
  readonly target: string
}

function roomOf(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.(ts|js|mjs)$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

const IMPORT =
  /(?:^|[\s;])(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|[\s;])import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(IMPORT)].map((match) => ({ file, target: match[1] ?? match[2] ?? match[3] ?? '' }))
}

/** `./model.ts` as a path from the root; packages stay as they are. */
function resolveOurs({ file, target }: Import): string | undefined {
  if (!target.startsWith('.')) return undefined
  return relative(root, join(root, file, '..', target))
    .split(sep)
    .join('/')
}

function brokenArrows(files: readonly string[], read: (file: string) => Import[] = importsOf): string[] {
  const broken: string[] = []
  for (const file of files) {
    const arrow = ARROWS.find(({ room }) => room.test(file))
    if (arrow === undefined) continue
    for (const one of read(file)) {
      const ours = resolveOurs(one)
      if (ours !== undefined && !arrow.may(file, ours)) broken.push(`${file} imports ${one.target}: ${arrow.rule}`)
      if (!file.startsWith('adapters/') && VENDOR_SDKS.test(one.target))
        broken.push(`${file} imports ${one.target}: vendor SDKs live in adapters`)
    }
  }
  return broken
}

describe('the house', () => {
  const files = ['core', 'adapters', 'plugins', 'config'].flatMap(sources)

  it('keeps every arrow: adapters → core, plugins → core, core → neither, vendor SDKs in adapters only', () => {
    expect(brokenArrows(files)).to.deep.equal([])
  })

  it('would notice each kind of broken arrow', () => {
    const cases: readonly Import[] = [
      { file: 'adapters/whatsapp/send.ts', target: '../../plugins/inbox/index.ts' },
      { file: 'adapters/webchat/send.ts', target: '../meta/signature.ts' },
      { file: 'plugins/inbox/index.ts', target: '../contacts/index.ts' },
      { file: 'plugins/inbox/index.ts', target: '../../adapters/whatsapp/index.ts' },
      { file: 'plugins/billing/index.ts', target: 'stripe' },
      { file: 'core/http/server.ts', target: '../../plugins/inbox/index.ts' },
      { file: 'core/http/server.ts', target: '../../adapters/whatsapp/index.ts' },
      { file: 'core/http/server.ts', target: 'openai' },
    ]
    for (const one of cases)
      expect(
        brokenArrows([one.file], () => [one]),
        `${one.file} → ${one.target}`,
      ).to.have.length(1)
  })

  it('lets no plugin open a connection of its own: a URL that a user sets goes through Egress', () => {
    const clients = /^(node:)?(https?|http2|net|tls|dgram)$|^(axios|got|node-fetch|undici|ws)$/
    const plugins = files.filter((file) => file.startsWith('plugins/') && file.endsWith('.ts'))
    const importing = plugins.flatMap(importsOf).filter(({ target }) => clients.test(target))
    const fetching = plugins.filter((file) =>
      /(?<![.\w#])(globalThis\.)?fetch\(/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect([...importing, ...fetching]).to.deep.equal([])
  })

  it('has a room for everything at the top level, and nothing else', () => {
    const expected = new Set([
      'core',
      'adapters',
      'plugins',
      'config',
      'migrations',
      'test',
      'docker',
      'README.md',
      'package.json',
      'package-lock.json',
    ])
    const documents = new Set(['LICENSE', 'CONTRIBUTING.md', 'tsconfig.json', 'biome.json', 'node_modules', 'coverage'])
    const strangers = readdirSync(root).filter(
      (name) => !name.startsWith('.') && !expected.has(name) && !documents.has(name),
    )
    expect(strangers).to.deep.equal([])
  })

  it('starts every module of state as an argument: no `let` at the top level of a source file', () => {
    const offenders = files.filter(
      (file) => /^(export )?let /m.test(readFileSync(join(root, file), 'utf8')) && !file.includes('/widget/'),
    )
    expect(offenders).to.deep.equal([])
  })

  it('gives every adapter and plugin the same three things: package.json, an entry that wires, and a kind that matches its folder', () => {
    for (const [folder, kind] of [
      ['adapters', 'adapter'],
      ['plugins', 'plugin'],
    ] as const) {
      for (const name of readdirSync(join(root, folder))) {
        const manifest = join(root, folder, name, 'package.json')
        if (LIBRARIES.has(`${folder}/${name}`)) continue
        const { parley } = JSON.parse(readFileSync(manifest, 'utf8')) as { parley: { plugin: string; kind: string } }
        expect(parley.kind, manifest).to.equal(kind)
        expect(
          readFileSync(join(root, folder, name, parley.plugin), 'utf8').split('\n').length,
          `${folder}/${name}/${parley.plugin} only wires`,
        ).to.be.at.most(180)
      }
    }
  })
})
