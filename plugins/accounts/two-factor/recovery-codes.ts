import { randomBytes } from 'node:crypto'
import type { Clock, UnitOfWork } from '@parley/core'
import { RecoveryCode } from '../models/secrets.ts'
import { hashSecret } from '../tokens/secret-token.ts'

/** 112 bits: with nothing to guess from, a plain SHA-256 may be stored. */
const BYTES = 14
const GROUP = 4

/** New codes in place of the old ones; shown now and never again. */
export async function replaceRecoveryCodes(uow: UnitOfWork, userId: string, count: number): Promise<readonly string[]> {
  await RecoveryCode.in(uow).delete().where('user_id', userId)
  const codes = Array.from({ length: count }, newCode)
  for (const code of codes)
    await RecoveryCode.in(uow).insert({ user_id: userId, hash: hashSecret(plain(code)), used_at: null })
  return codes
}

/** True once for each code. */
export async function useRecoveryCode(uow: UnitOfWork, userId: string, code: string, clock: Clock): Promise<boolean> {
  const used = await RecoveryCode.in(uow)
    .where({ user_id: userId, hash: hashSecret(plain(code)) })
    .whereNull('used_at')
    .patch({ used_at: clock.now() })
  return used === 1
}

export async function recoveryCodesLeft(uow: UnitOfWork, userId: string): Promise<number> {
  return (await RecoveryCode.in(uow).where('user_id', userId).whereNull('used_at')).length
}

export async function dropRecoveryCodes(uow: UnitOfWork, userId: string): Promise<void> {
  await RecoveryCode.in(uow).delete().where('user_id', userId)
}

/** `3f2a-91c0-…`: hexadecimal, so that no letter looks like another. */
function newCode(): string {
  return randomBytes(BYTES)
    .toString('hex')
    .replace(new RegExp(`(.{${GROUP}})(?=.)`, 'g'), '$1-')
}

/** As people type it: with other dashes, spaces and cases. */
function plain(code: string): string {
  return code.toLowerCase().replaceAll(/[^0-9a-f]/g, '')
}
