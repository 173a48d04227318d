#!/usr/bin/env node
/**
 * `parley <command>` where the sources are TypeScript. Compiled code is kept between runs, and this file is plain JavaScript so
 * that the next run finds everything compiled: a TypeScript entry would load Node's compiler for itself alone (10 MB).
 */
import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./main.ts')
