import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { DCLinter } from 'dclint'
import { root } from './dockerfile.ts'
import { expectTimeToDrain } from './shutdown.ts'
import { knownVariables } from './variables.ts'
import { readYaml } from './yaml-files.ts'

const FILES = ['docker/compose.yaml', 'docker/compose.production.yaml', 'docker/compose.monitoring.yaml']

interface Service {
  readonly image?: string
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly restart?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly stop_grace_period?: string
  readonly volumes?: readonly string[]
  readonly secrets?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly cpus?: string; readonly memory?: string } } }
}

const services = (file: string) => Object.entries((readYaml(file) as { services: Record<string, Service> }).services)

function service(file: string, name: string): Service {
  const found = services(file).find(([key]) => key === name)
  if (found === undefined) throw new Error(`${file} has no service ${name}`)
  return found[1]
}

interface Linted {
  readonly messages: readonly { readonly rule: string; readonly message: string; readonly line: number }[]
}

/** What Compose's own schema says; style is the formatter's. */
function faultsOf(file: string): readonly string[] {
  const rules = {
    'service-image-require-explicit-tag': 2,
    'no-duplicate-container-names': 2,
    'no-duplicate-exported-ports': 2,
  } as const
  const quiet = Object.fromEntries(STYLE.map((rule) => [rule, 0 as const]))
  const results: readonly Linted[] = new DCLinter({
    rules: { ...quiet, ...rules },
    quiet: false,
    debug: false,
    exclude: [],
  }).lintFiles([file], false)
  return results.flatMap(({ messages }) => messages.map(({ rule, message, line }) => `${line}: ${rule}: ${message}`))
}

const STYLE = [
  'no-quotes-in-volumes',
  'no-unbound-port-interfaces',
  'require-project-name-field',
  'require-quotes-in-ports',
  'service-container-name-regex',
  'service-dependencies-alphabetical-order',
  'service-keys-order',
  'service-ports-alphabetical-order',
  'services-alphabetical-order',
  'top-level-properties-order',
]

describe('the compose files', () => {
  for (const file of FILES) {
    it(`${file} is what the Compose specification allows`, () => {
      expect(faultsOf(join(root, file))).to.deep.equal([])
    })
  }

  it('would be seen to be wrong', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-compose-'))
    const file = join(folder, 'compose.yaml')
    await writeFile(file, 'services:\n  app:\n    image: parley:1\n    restrat: always\n')
    const faults = faultsOf(file)
    await rm(folder, { recursive: true })
    expect(faults.join()).to.match(/services\/app.*must NOT have additional properties/s)
  })

  it('name every image by an exact version', () => {
    const images = FILES.flatMap((file) => services(file)).flatMap(([, { image }]) => image ?? [])
    for (const image of images.filter((one) => !one.startsWith('${PARLEY_IMAGE')))
      expect(image).to.match(/:v?\d+\.\d+\.\d+/)
  })

  it('set only variables that Parley reads', async () => {
    const known = await knownVariables()
    const set = FILES.flatMap((file) =>
      services(file).flatMap(([name, { environment = {} }]) =>
        ['app', 'migrate'].includes(name) ? Object.keys(environment) : [],
      ),
    )
    expect(set.filter((name) => !known.has(name))).to.deep.equal([])
    expect(set).to.include('KAFKA_BROKERS')
  })

  it('listen on loopback, but for the proxy of production', () => {
    const open = FILES.flatMap((file) => services(file)).filter(([name]) => name !== 'proxy')
    const ports = open.flatMap(([, { ports = [] }]) => ports)
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).to.deep.equal([])
  })
})

describe('compose.production.yaml', () => {
  const PRODUCTION = 'docker/compose.production.yaml'

  it('publishes the proxy and nothing else', () => {
    expect(services(PRODUCTION).flatMap(([name, { ports }]) => (ports ? name : []))).to.deep.equal(['proxy'])
  })

  it('limits every service, restarts it, takes its privileges and lets it write into volumes only', () => {
    for (const [name, { deploy, restart, read_only, cap_drop }] of services(PRODUCTION)) {
      expect(deploy?.resources?.limits, name).to.have.all.keys('cpus', 'memory')
      expect(restart, name).to.match(/^(unless-stopped|on-failure:3)$/)
      expect({ read_only, cap_drop }, name).to.deep.equal({ read_only: true, cap_drop: ['ALL'] })
    }
  })

  it('has secrets in files, none in a variable', () => {
    expect(service(PRODUCTION, 'app').secrets).to.deep.equal(['DATABASE_URL', 'PARLEY_KEYS'])
    const variables = services(PRODUCTION).flatMap(([, { environment = {} }]) => Object.keys(environment))
    expect(variables.filter((name) => /PASSWORD$|KEYS$|TOKEN$|DATABASE_URL$/.test(name))).to.deep.equal([])
  })

  it('migrates once, before the app', () => {
    expect(service(PRODUCTION, 'app').depends_on?.migrate?.condition).to.equal('service_completed_successfully')
  })

  it('gives the app the time to drain', () => {
    const { environment = {}, stop_grace_period } = service(PRODUCTION, 'app')
    const env = Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('SHUTDOWN_')))
    expectTimeToDrain(env as Record<string, string>, Number.parseInt(stop_grace_period ?? '0', 10) * 1000)
  })
})
