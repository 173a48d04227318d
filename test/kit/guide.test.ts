import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { PartnerFolder, type Ran } from './partner-folder.ts'
import { readGuide, type Step } from './read-guide.ts'
import { Terminal } from './terminal.ts'

/** Follows the guide in an empty folder, and remembers what was seen. */
class Reader {
  readonly folder: PartnerFolder
  readonly ran: { readonly line: string; readonly output: string }[] = []
  #at = ''

  constructor(folder: PartnerFolder) {
    this.folder = folder
  }

  /** Where the reader stands. */
  get at(): string {
    return join(this.folder.path, this.#at)
  }

  async follow(step: Step): Promise<void> {
    if (step.do === 'write') await writeFile(join(this.at, step.file), step.text)
    if (step.do === 'talk') await this.#talk(step.lines)
    if (step.do !== 'run') return
    for (const line of step.lines) await this.#run(line, step.fails)
  }

  outputOf(line: string): readonly string[] {
    return this.ran.filter((one) => one.line === line).map(({ output }) => output)
  }

  async #run(line: string, fails: boolean): Promise<void> {
    if (line.startsWith('cd ')) {
      this.#at = join(this.#at, line.slice(3))
      return
    }
    const { code, output }: Ran = await this.folder.run(line, this.#at)
    this.ran.push({ line, output })
    expect(code === 0, `${line} ended with ${code}:\n${output}`).to.equal(!fails)
  }

  /** Types each line once everything before it was read. */
  async #talk([first = '', ...lines]: readonly string[]): Promise<void> {
    const terminal = new Terminal(this.folder, first.replace('$ ', ''), this.#at)
    try {
      for (const line of lines) {
        if (line.startsWith('> ')) terminal.type(line.slice(2))
        else await terminal.hear(line)
      }
    } finally {
      await terminal.close()
    }
  }
}

const failedCases = (table = '') => [...table.matchAll(/^(\w+) +FAILED/gm)].map(([, name]) => name)

describe('the guide, followed literally in an empty folder with the packed @parley/core', function () {
  this.timeout(600_000)
  let reader: Reader

  before(async () => {
    const folder = await PartnerFolder.open()
    await mkdir(folder.path)
    reader = new Reader(folder)
    for (const step of await readGuide()) await reader.follow(step)
  })
  after(() => reader?.folder.close())

  it('shows a channel whose first cases are green, and what the red ones are missing', () => {
    const [first = ''] = reader.outputOf('npm run conformance')
    expect(failedCases(first)).to.deep.equal(['batch', 'echo', 'picture', 'expiredMedia'])
    expect(first)
      .to.match(/^inConversation +ok/m)
      .and.include('→ channelMedia.fetch: stream the file')
  })

  it('ends with a Telegram message answered, and files as all that is missing', () => {
    const [, second = ''] = reader.outputOf('npm run conformance')
    expect(failedCases(second)).to.deep.equal(['batch', 'picture', 'expiredMedia'])
    expect(second).to.include('Telegram, echo: a bot has no other app to write from')
  })

  it('ends with a package of built JavaScript and types, and nothing else', async () => {
    const tarball = (await readdir(reader.at)).find((name) => name.endsWith('.tgz')) ?? ''
    const { output } = await reader.folder.run(`tar -tzf ${tarball}`, 'telegram')
    expect(output).to.include('package/dist/index.js').and.include('package/dist/index.d.ts')
    expect(output).to.not.match(/vendor\.ts$|test\//m)
    expect(JSON.parse(await readFile(join(reader.at, 'package.json'), 'utf8'))).to.not.have.property('dependencies')
  })

  it('is one page', async () => {
    const shown = (await readGuide()).filter((step) => step.do !== 'write').length
    expect(shown).to.be.below(10)
  })

  it('left types that a strict consumer checks against', async () => {
    const consumer = [
      "import { definePlugin, channelMessageReceived, type Channel, type SendResult } from '@parley/core'",
      "import { TestClock } from '@parley/core/testing'",
      "import { CASES } from '@parley/core/testing/conformance'",
      "import { VendorServer } from '@parley/core/testing/vendor'",
      'const clock: Date = new TestClock().now()',
      'export const plugin = definePlugin({ manifest: {}, deps: {}, register: () => ({ handlers: [] }) })',
      "export const told: SendResult = { ok: true, externalId: 'x' }",
      'export type Send = Channel["send"]',
      'export { CASES, channelMessageReceived, clock, VendorServer }',
      '// @ts-expect-error a result is not a text',
      "export const wrong: SendResult = 'sent'",
      '',
    ]
    await writeFile(join(reader.at, 'test/consumer.ts'), consumer.join('\n'))
    const { code, output } = await reader.folder.run('npx tsc --noEmit', 'telegram')
    expect(output, 'types').to.equal('')
    expect(code).to.equal(0)
  })
})
