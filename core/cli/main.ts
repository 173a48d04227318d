#!/usr/bin/env node
/**
 * `parley <command>`. Compiled code is kept between runs, which halves the time until a command begins; that must be
 * switched on before anything else is imported.
 */
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { runCli } = await import('./run-cli.ts')
const code = await runCli(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
})
// What is still open after a failure (a channel to the launcher, a demo's server) must not keep the process.
if (code !== 0) process.exit(code)
