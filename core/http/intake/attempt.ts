import { ParleyError } from '../../plugin/errors.ts'

/** A receiver's functions are pure and answer with values, so a throw is a bug of the adapter: named, never taken for a yes. */
export function attempt<T>(
  adapter: string,
  step: 'verify' | 'parse' | 'handshake' | 'admit' | 'answer',
  run: () => T,
): T {
  try {
    return run()
  } catch (cause) {
    throw new ParleyError('webhook.adapter-threw', `The adapter "${adapter}" threw in ${step}().`, { cause })
  }
}
