/**
 * Flags of the server's Node. On a machine with much memory V8 lets its young generation grow to 128 MB before it cleans
 * up; a quarter of that is enough, and a smaller one costs a tenth of the processor under load. `--expose-gc`: see
 * give-back-memory.ts.
 */
export const serverFlags = ['--max-semi-space-size=32', '--expose-gc']
