import { expect } from 'chai'
import { compareReports } from './compare.ts'
import { type Reports, readReports, releasedVersion } from './reports.ts'
import { faultsOfChange, faultsOfRelease, faultsOfReports } from './rules.ts'

const report = (code: string) => `## API Report\n\n\`\`\`ts\n\n${code}\n\n\`\`\`\n`

const KIND = `// @public\nexport type Kind = 'text' | 'image';`
const SEND = `// @public\nexport function send(to: string, words?: string): Promise<{ ok: true; }>;`
const CLOCK = `// @public\nexport interface Clock {\n    now(): Date;\n    readonly zone?: string;\n}`
const STATES = `// @public\nexport const STATES: {\n    readonly on: (a: number) => void;\n};`
const SEALED = `// @public @sealed\nexport interface Actor {\n    readonly id: string;\n}`
const ALL = report([KIND, SEND, CLOCK, STATES, SEALED].join('\n\n'))

const changed = (from: string, to: string) => compareReports(ALL, ALL.replace(from, to))

describe('comparing two reports of the public API', () => {
  it('finds nothing between equal ones, whatever is said about a declaration', () => {
    expect(changed('// @public\nexport type', '// @public\n//\n// Said otherwise.\nexport type')).to.deep.equal({
      breaking: [],
      additive: [],
    })
  })

  for (const [what, from, to] of [
    ['a declaration that is gone', SEND, ''],
    ['a parameter that changed', 'words?: string', 'words: string'],
    ['a member that is gone', '    now(): Date;\n', ''],
    ['a member that became optional', 'now(): Date', 'now?(): Date'],
    ['a new member that is required', '    now(): Date;\n', '    now(): Date;\n    millis(): number;\n'],
    ['a parameter that is required', 'words?: string)', 'words?: string, loudly: boolean)'],
    ['a required member further inside', '{ ok: true; }', '{ ok: true; held: boolean; }'],
    ['an alternative that is gone', " | 'image'", ''],
    ['another kind of declaration', 'export interface Clock {', 'export class Clock {'],
    ['another head', 'interface Clock {', 'interface Clock extends Watch {'],
  ] as const)
    it(`calls breaking: ${what}`, () => {
      expect(changed(from, to).breaking).to.have.length.of.at.least(1)
    })

  for (const [what, from, to] of [
    ['a new declaration', KIND, `${KIND}\n\n// @public\nexport type Other = 1;`],
    ['an optional member', '    now(): Date;\n', '    now(): Date;\n    millis?(): number;\n'],
    ['an alternative of a union', " | 'image'", " | 'image' | 'email'"],
    ['a member of a constant', 'STATES: {\n', 'STATES: {\n    readonly off: 1;\n'],
    ['an optional parameter', 'words?: string)', 'words?: string, quietly?: boolean)'],
    ['an optional member further inside', '{ ok: true; }', '{ ok: true; held?: boolean; }'],
    ['a member of what is sealed', 'readonly id: string;', 'readonly id: string;\n    readonly name: string;'],
  ] as const)
    it(`calls an addition: ${what}`, () => {
      const { breaking, additive } = changed(from, to)
      expect(breaking).to.deep.equal([])
      expect(additive).to.have.length(1)
    })
})

describe('the rules for a change of the public API', () => {
  let released: string
  let now: Reports
  const change = async (from: string | RegExp, to: string) => ({ ...now, core: now.core.replace(from, to) })
  const gone = () => change(/\/\/ @public\nexport function provide[\s\S]*?;\n/, '')
  const grown = () => change('```ts\n\n', '```ts\n\n// @public\nexport const another: 1;\n\n')

  before(async () => {
    released = (await releasedVersion()) ?? ''
    now = await readReports(released)
  })

  it('asks for a new report, and says what changed and what to do', async () => {
    const [fault] = faultsOfReports(now, await grown())
    expect(fault).to.include('another is new').and.include('npm run api').and.include('core/api/core.api.md')
    expect(faultsOfReports(now, now)).to.deep.equal([])
  })

  it('refuses a breaking change until the major version is raised', async () => {
    const current = await gone()
    const next = { released, current, unpublished: false }
    expect((await faultsOfChange({ ...next, version: released }))[0]).to.match(
      /no new major version[\s\S]*provide is gone/,
    )
    expect(await faultsOfChange({ ...next, version: '1.9.0' })).to.have.length(1)
    expect(await faultsOfChange({ ...next, version: '2.0.0' })).to.deep.equal([])
  })

  it('refuses an addition until the minor version is raised', async () => {
    const next = { released, current: await grown(), unpublished: false }
    expect((await faultsOfChange({ ...next, version: '1.0.7' }))[0]).to.include('no new minor version')
    expect(await faultsOfChange({ ...next, version: '1.1.0' })).to.deep.equal([])
  })

  it('takes a release anew only as long as nothing was published', async () => {
    const next = { released, current: await gone(), version: released }
    expect(await faultsOfRelease({ ...next, unpublished: false })).to.have.length(1)
    expect(await faultsOfRelease({ ...next, unpublished: true })).to.deep.equal([])
    expect(await faultsOfRelease({ ...next, unpublished: false, version: '1.1.0' })).to.have.length(1)
  })
})
