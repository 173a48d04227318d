/**
 * localStorage, or memory where the browser forbids it (third-party frames, private windows): the chat works then too, it only
 * forgets on reload.
 *
 * @returns {Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>}
 */
export function browserStorage() {
  try {
    const probe = 'parley.probe'
    localStorage.setItem(probe, '1')
    localStorage.removeItem(probe)
    return localStorage
  } catch {
    return memoryStorage()
  }
}

export function memoryStorage() {
  /** @type {Map<string, string>} */
  const values = new Map()
  return {
    getItem: (/** @type {string} */ key) => values.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void values.set(key, value),
    removeItem: (/** @type {string} */ key) => void values.delete(key),
    key: (/** @type {number} */ at) => [...values.keys()][at] ?? null,
    get length() {
      return values.size
    },
  }
}
