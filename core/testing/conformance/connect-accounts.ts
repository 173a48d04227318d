import type { TestKernel } from '../start-test-kernel.ts'
import type { AccountName, ChannelDriver, ChannelServer, VendorSide } from './driver.ts'

/** The channel's two accounts: each tenant's own, at one app-level endpoint where the channel has a webhook. */
export async function connectAccounts(driver: ChannelDriver, vendor: VendorSide, test: TestKernel) {
  const { provider } = driver
  const { connections, database } = test.kernel
  const endpoint =
    vendor.webhook === undefined
      ? undefined
      : await connections.createEndpoint({ adapter: provider, tenantId: null, secrets: vendor.webhook.secrets })
  const open = async (name: AccountName) => {
    const { id: tenantId, apiKey } = await test.createTenant(`${name}-tenant`)
    const account = {
      provider,
      ...vendor.account(name),
      ...(endpoint === undefined ? {} : { endpointId: endpoint.id }),
    }
    const { id } = await database.transaction(tenantId, (uow) => connections.create(uow, account))
    return { id, tenantId, apiKey }
  }
  const [first, second] = [await open('first'), await open('second')]
  const server: ChannelServer = {
    baseUrl: test.baseUrl,
    hookPath: endpoint === undefined ? undefined : `/hooks/${provider}/${endpoint.id}`,
    connections: {
      first: { id: first.id, tenantId: first.tenantId },
      second: { id: second.id, tenantId: second.tenantId },
    },
  }
  return { server, keys: { first: first.apiKey, second: second.apiKey } }
}
