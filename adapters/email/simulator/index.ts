export { INBOX, MailboxServer, SENT, type SimulatedMailbox } from './mailbox-server.ts'
export { EmailSimulator, type EmailSimulatorOptions } from './simulator.ts'
export type { SubmittedMail } from './submission-server.ts'
