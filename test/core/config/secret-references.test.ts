import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { withReferences } from '../../../core/config/secret-references.ts'
import type { SecretsSource } from '../../../core/contracts/ports/secrets-source.ts'
import { earlySource } from '../../../core/kernel/early-source.ts'
import { refuse } from '../../../core/plugin/result.ts'
import { SecretsManagerSimulator } from '../../adapters/aws-secrets/simulator.ts'

describe('settings that lie in a secrets manager', () => {
  const reads: string[] = []
  const vault: SecretsSource = {
    async read(name) {
      reads.push(name)
      if (name === 'gone') return refuse('not-found', 'There is none.')
      return { ok: true, value: name === 'parley' ? '{"url":"postgres://x","keys":"k1:AAAA"}' : 'plain', version: '1' }
    },
  }
  const fill = (env: Record<string, string>) =>
    withReferences(env, async (key) => (key === 'vault' ? vault : undefined))
  const refusal = (env: Record<string, string>) => fill(env).catch((error) => error)

  it('are filled in, whole or one field of a JSON object, each secret read once', async () => {
    const env = { PORT: '80', A: 'secret:vault/parley#url', B: 'secret:vault/parley#keys', C: 'secret:vault/some/path' }
    expect(await fill(env)).to.deep.equal({ PORT: '80', A: 'postgres://x', B: 'k1:AAAA', C: 'plain' })
    expect(reads.splice(0)).to.deep.equal(['parley', 'some/path'])
  })

  it('are refused naming the variable, and never a value', async () => {
    for (const [value, why] of [
      ['secret:nonsense', 'expected secret:<source>/<name>'],
      ['secret:other/parley', 'no source of secrets "other"'],
      ['secret:vault/gone', 'not-found'],
      ['secret:vault/parley#password', 'a text "password"'],
      ['secret:vault/plain#url', 'a JSON object'],
    ] as const) {
      const error = await refusal({ DATABASE_URL: value })
      expect(error).to.include({ code: 'config.secrets' })
      expect(error.message).to.include('DATABASE_URL').and.include(why).and.not.include('postgres://x')
    }
  })

  it('come from files, variables and the adapters that the configuration names', async () => {
    const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret-access-key' }
    const vendor = new SecretsManagerSimulator(credentials)
    const endpoint = await vendor.listen()
    vendor.secrets.set('prod', { value: '{"url":"postgres://prod"}', version: '1' })
    const folder = await mkdtemp(join(tmpdir(), 'parley-sources-'))
    try {
      await writeFile(join(folder, 'token'), 'from a file\n')
      const env = {
        ...{ AWS_SECRETS_ENDPOINT: endpoint, AWS_SECRETS_ACCESS_KEY_ID: credentials.accessKeyId },
        ...{ AWS_SECRETS_SECRET_ACCESS_KEY: credentials.secretAccessKey, OTHER: 'from a variable' },
        ...{ A: 'secret:aws-secrets/prod#url', B: `secret:file/${folder}/token`, C: 'secret:environment/OTHER' },
      }
      const root = fileURLToPath(new URL('../../../', import.meta.url))
      const plugins = [{ use: './adapters/aws-secrets' }]
      const filled = await withReferences(env, (key) => earlySource(key, { plugins, root, env }))
      expect(filled).to.include({ A: 'postgres://prod', B: 'from a file', C: 'from a variable' })
    } finally {
      await vendor.close()
      await rm(folder, { recursive: true })
    }
  })
})
