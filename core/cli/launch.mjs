#!/usr/bin/env node
/**
 * The first step of every npm script. It runs on whatever Node is installed (20 or later), in a clean clone: it installs
 * what is missing, finds the pinned Node among the dependencies, and hands over to it. Plain JavaScript, built-in modules only.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serverFlags } from './node-flags.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const stamp = join(root, 'node_modules', '.parley-installed')

/** Installs exactly the lock file's tree, once per lock file. */
function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.error('Installing dependencies (once, about half a minute) …')
  const npm = process.env.npm_execpath
  const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']]
  // A script's own settings (npm start's) must not leak into the install.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_ENV'))
  const done = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 2, 2],
    shell: !npm && process.platform === 'win32',
  })
  if (done.status !== 0) {
    console.error('npm ci failed; its own words are above.')
    process.exit(done.status ?? 1)
  }
  writeFileSync(stamp, wanted)
}

/** The Node that the lock file pins for this platform; the installed one where there is no such package and it is new enough. */
function pinnedNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  try {
    const found = createRequire(join(root, 'package.json')).resolve(`${name}/package.json`)
    return join(dirname(found), 'bin', binary)
  } catch {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    if (major > 24 || (major === 24 && minor >= 12)) return process.execPath
    console.error(
      `Parley needs Node 24.12 or later: there is no ${name} package, and the installed Node is ${process.version}.`,
    )
    process.exit(1)
  }
}

const bin = (name) => createRequire(join(root, 'package.json')).resolve(name)
const mocha = () => join(dirname(bin('mocha/package.json')), 'bin', 'mocha.js')
const c8 = () => join(dirname(bin('c8/package.json')), 'bin', 'c8.js')
const tsc = () => join(dirname(bin('typescript/package.json')), 'bin', 'tsc')
const biome = () => join(dirname(bin('@biomejs/biome/package.json')), 'bin', 'biome')

/** Every command, as the argument lists to run under the pinned Node, one after another until one fails. */
const commands = {
  cli: (args) => [[...serverFlags, join(root, 'core/cli/parley.mjs'), ...args]],
  run: (args) => [args],
  test: (args) => [
    [
      ...(process.env.COVERAGE === 'true' ? [c8(), pinnedNode()] : []),
      mocha(),
      ...(args.length > 0 ? args : ['test/**/*.test.ts']),
    ],
  ],
  check: () => [
    [tsc()],
    [tsc(), '-p', 'adapters/webchat/widget'],
    [biome(), 'check', '--error-on-warnings', '.'],
    [join(root, 'test/api/main.ts'), '--check'],
    [mocha(), 'test/house.test.ts'],
  ],
}

/**
 * Runs one step and passes signals on. The IPC channel tells the child when this process is gone, however it went, so that
 * killing the launcher never leaves a server behind.
 */
function run(node, args) {
  return new Promise((resolve) => {
    const path = `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`
    const child = spawn(node, args, {
      cwd: root,
      env: { ...process.env, PATH: path, PARLEY_LAUNCHED: 'true' },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    })
    const pass = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass)
    if (process.env.npm_lifecycle_event) whenOrphaned(() => pass('SIGTERM'))
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}

/** npm that is ended does not always say so to what it runs: then its child is given to another parent. */
function whenOrphaned(tell) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    tell()
  }, 250)
  watch.unref()
}

async function main() {
  const [name = 'cli', ...args] = process.argv.slice(2)
  const command = commands[name]
  if (command === undefined)
    throw new Error(`Unknown command "${name}"; expected one of ${Object.keys(commands).join(', ')}.`)
  install()
  const node = pinnedNode()
  for (const step of command(args)) {
    const code = await run(node, step)
    if (code !== 0) process.exit(code)
  }
}

await main()
