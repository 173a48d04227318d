import { startTestKernel, type TestAnswer, type TestKernelOptions } from '@parley/core/testing'

const PLUGINS = ['./plugins/flags']

/** A kernel with the flags room, and its admin API as a client has it. */
export async function startFlagsKernel(options: TestKernelOptions = {}) {
  const kernel = await startTestKernel({ plugins: PLUGINS, ...options })
  const call = (method: string, path: string, payload?: object): Promise<TestAnswer> =>
    kernel.inject({ method, url: `/api/admin/${path}`, ...(payload === undefined ? {} : { payload }) })
  return {
    ...kernel,
    call,
    create: (key: string, fields: object = {}) => call('POST', 'flags', { key, ...fields }),
    change: (key: string, fields: object) => call('PATCH', `flags/${key}`, fields),
  }
}

export type FlagsKernel = Awaited<ReturnType<typeof startFlagsKernel>>
