/**
 * The object with one more property that no serializer meets: JSON.stringify, util.inspect, Object.keys, spread and the
 * logger all pass it by, and it is a getter, so that even `inspect` with `showHidden` prints no value. Reading it by name
 * works. Frozen, so that nobody makes it visible later.
 */
export function withHidden<T extends object, K extends string, V>(
  visible: T,
  name: K,
  value: V,
): Readonly<T & Record<K, V>> {
  Object.defineProperty(visible, name, { get: () => value, enumerable: false, configurable: false })
  return Object.freeze(visible) as Readonly<T & Record<K, V>>
}
