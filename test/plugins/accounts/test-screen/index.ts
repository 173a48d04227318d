import { definePlugin, passwordScreen, provide } from '@parley/core'

/** Knows one stolen password, and cannot be asked about another. */
export default definePlugin({
  manifest: { provides: [passwordScreen] },
  deps: {},
  register: () => ({
    providers: [
      provide(passwordScreen, {
        value: {
          screen: async (password) =>
            password === 'Stolen-horse-1' ? 'breached' : password === 'Unasked-horse-1' ? 'unknown' : 'fine',
        },
      }),
    ],
  }),
})
