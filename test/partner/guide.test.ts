import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CASES } from '@parley/core/testing/conformance'
import { expect } from 'chai'
import { PACKAGE, PACKAGE_NAME } from './install.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (...path: readonly string[]) => readFileSync(join(...path), 'utf8')
const guide = read(ROOT, 'core/README.md')

/** Code blocks that name the file they are from; a line `// …` leaves something out. */
const snippets = [...guide.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, file = '', code = '']) => ({
  file,
  text: file.startsWith('test/') ? read(ROOT, file) : read(PACKAGE, file),
  parts: code.split(/^\/\/ …\n/m),
}))

const modules = readdirSync(join(PACKAGE, 'dist')).map((name) => ({ name, text: read(PACKAGE, 'dist', name) }))

describe('the guide for writers of a channel', () => {
  it('shows only code that stands in the example', () => {
    expect(snippets.map(({ file }) => file)).to.have.length.of.at.least(5)
    for (const { file, text, parts } of snippets) for (const part of parts) expect(text, file).to.include(part)
  })

  it('has no code block without the file that it is from', () => {
    expect(guide.match(/^```\w/gm)).to.have.length(snippets.length)
  })

  it('says how many cases the conformance suite has', () => {
    expect(guide).to.include(`plays ${Object.keys(CASES).length} cases`)
  })

  it('links to files that are there, and is short enough to be read', () => {
    const links = [...guide.matchAll(/\]\((\.[^)]+)\)/g)].map(([, path = '']) => join(ROOT, 'core', path))
    expect(links).to.have.length.of.at.least(3)
    expect(links.filter((link) => !existsSync(link))).to.deep.equal([])
    expect(guide.split('\n').length).to.be.below(150)
  })
})

describe('the example of a partner', () => {
  it('is JavaScript without dependencies, that imports @parley/core and nothing else that Node does not bring', () => {
    expect(modules.filter(({ name }) => !/\.(js|d\.ts)$/.test(name))).to.deep.equal([])
    expect(JSON.parse(read(PACKAGE, 'package.json'))).to.not.have.any.keys('dependencies', 'scripts')
    const running = modules.filter(({ name }) => name.endsWith('.js') && name !== 'simulator.js')
    expect(packagesOf(running)).to.deep.equal(['@parley/core'])
    expect(packagesOf(modules)).to.deep.equal(['@parley/core', '@parley/core/testing'])
  })

  it('is unknown to the kernel: no source file of core names it', () => {
    const sources = readdirSync(join(ROOT, 'core'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(ts|js|mjs|sql)$/.test(file),
    )
    const knowing = sources.filter((file) => /pagewire/i.test(read(ROOT, 'core', file)))
    expect(knowing, PACKAGE_NAME).to.deep.equal([])
  })
})

/** What they import that is neither Node's nor their own. */
function packagesOf(sources: readonly { readonly text: string }[]): readonly string[] {
  const imports = sources.flatMap(({ text }) => [
    ...text.matchAll(/^(?:import|export)\s[^'"]*?\bfrom\s+['"]([^'"]+)['"]/gm),
  ])
  const packages = imports.map(([, target = '']) => target).filter((target) => !/^(node:|\.\/)/.test(target))
  return [...new Set(packages)].sort()
}
