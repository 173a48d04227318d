import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { withSecretFiles } from '../../../core/config/secret-files.ts'

describe('secrets in files', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-secrets-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const read = (env: Record<string, string> = {}) => withSecretFiles({ PARLEY_SECRETS: folder, ...env })

  it('are the variables that their files are named for, without the last line break', async () => {
    await writeFile(join(folder, 'DATABASE_URL'), 'postgres://parley:a%20b@db/parley\n')
    await writeFile(join(folder, 'PARLEY_KEYS'), 'one:AAAA\r\n')
    expect(read({ PORT: '80' })).to.include({
      PORT: '80',
      DATABASE_URL: 'postgres://parley:a%20b@db/parley',
      PARLEY_KEYS: 'one:AAAA',
    })
  })

  it('leave alone what is not named like a variable', async () => {
    await mkdir(join(folder, '..data'))
    await writeFile(join(folder, 'postgres-password'), 'hunter2')
    expect(read()).to.deep.equal({ PARLEY_SECRETS: folder })
  })

  it('are not looked for where nothing names their folder', () => {
    const env = { SSL_CERT_FILE: '/etc/ssl/cert.pem' }
    expect(withSecretFiles(env)).to.equal(env)
  })

  it('refuse a variable that is set twice, without telling what the file holds', async () => {
    await writeFile(join(folder, 'DATABASE_URL'), 'postgres://parley:hunter2@db/parley')
    expect(() => read({ DATABASE_URL: 'postgres://other' }))
      .to.throw('DATABASE_URL: set both')
      .with.property('message')
      .that.does.not.include('hunter2')
  })

  it('refuse an empty file, one that is too long, and a folder that is not there', async () => {
    const file = join(folder, 'PARLEY_KEYS')
    await writeFile(file, '\n')
    expect(() => read()).to.throw(`${file}: expected 1 to 65536 characters, got 0`)
    await writeFile(file, 'x'.repeat(70_000))
    expect(() => read()).to.throw('got 70000')
    expect(() => read({ PARLEY_SECRETS: join(folder, 'none') }))
      .to.throw('cannot be read')
      .with.property('code', 'config.secrets')
  })
})
