/** The provider's key: stored with connections and conversations. */
export const CHANNEL = 'email'
