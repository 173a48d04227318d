/**
 * Flags of the server's Node. On a machine with much memory V8 lets its young generation grow to 128 MB before it cleans
 * up; 16 MB keep an idle process below 200 MB and cost nothing that the bench can see.
 */
export const serverFlags = ['--max-semi-space-size=8']
