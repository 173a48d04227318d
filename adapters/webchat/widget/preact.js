// The name under which the server serves preact itself; this file is what tests and the type checker see.
export * from 'preact'
