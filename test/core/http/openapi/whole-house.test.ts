import { readdirSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import { documentedPath } from '../../../../core/http/openapi/document.ts'
import { startTestKernel, type TestKernel } from '../../../../core/testing/start-test-kernel.ts'

interface Operation {
  readonly operationId: string
  readonly security?: readonly object[]
  readonly 'x-public'?: string
  readonly responses: Record<string, unknown>
}

/** Folders with a package.json: what lies half-built beside them is nobody's plugin yet. */
const rooms = (folder: string) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(`${folder}/${entry.name}`).includes('package.json'))
    .map((entry) => `./${folder}/${entry.name}`)

describe('core/http/openapi, with every plugin of the house', () => {
  let house: TestKernel
  let document: { paths: Record<string, Record<string, Operation>> }

  before(async () => {
    house = await startTestKernel({ plugins: [...rooms('adapters'), ...rooms('plugins')] })
    document = (await house.inject({ url: '/api/openapi.json', as: null })).body as typeof document
  })
  after(() => house.stop())

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ place: `${method.toUpperCase()} ${path}`, operation })),
    )

  it('is a valid OpenAPI 3.1 document', async () => {
    const result = await new Validator().validate(document)
    expect(result.errors ?? []).to.deep.equal([])
  })

  it('documents exactly the routes that are served', () => {
    const served = house.kernel.http.server
      .table()
      .filter((route) => !route.settings.isInternal)
      .map((route) => `${route.method.toUpperCase()} ${documentedPath(route.path)}`)
    expect(
      operations()
        .map(({ place }) => place)
        .sort(),
    ).to.deep.equal(served.sort())
    expect(served).to.include.members(['GET /api/conversations', 'GET /api/contacts', 'GET /api/admin/plugins'])
  })

  it('gives every operation a name of its own, and asks for a credential or says why not', () => {
    const names = operations().map(({ operation }) => operation.operationId)
    expect(new Set(names).size).to.equal(names.length)
    for (const { place, operation } of operations()) {
      if ((operation.security ?? []).length === 0)
        expect(operation['x-public'], place).to.be.a('string').that.is.not.empty
      else expect(Object.keys(operation.responses), place).to.include.members(['401', '403'])
    }
  })

  it('answers 401 to nobody on every operation that is not public', async () => {
    for (const { place, operation } of operations()) {
      if ((operation.security ?? []).length === 0) continue
      const [method = '', path = ''] = place.split(' ')
      const url = path.replace(/\{\w+\}/g, '018f0000-0000-7000-8000-00000000000a')
      const answer = await house.inject({ method, url, as: null })
      expect(answer.status, place).to.equal(401)
    }
  })
})
