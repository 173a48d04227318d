import { definePort } from '../../plugin/port.ts'

/** Knows passwords that were stolen somewhere. `unknown`: it could not be asked, and the password is taken. */
export interface PasswordScreen {
  screen(password: string, signal: AbortSignal): Promise<'fine' | 'breached' | 'unknown'>
}

export const passwordScreen = definePort<PasswordScreen>('password-screen')
