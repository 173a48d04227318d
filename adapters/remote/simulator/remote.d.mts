export interface RemoteAccount {
  readonly account: string
  readonly title: string
  readonly secrets: readonly string[]
}

export interface RemoteHook {
  readonly url: string
  readonly secrets: readonly string[]
}

export interface RemoteReceived {
  readonly externalId: string
  readonly account: string
  readonly to: string
  readonly content: Readonly<Record<string, unknown>>
  readonly correlationId: string
  readonly replyTo?: string
}

export type RemoteFault =
  | 'throttle'
  | 'passing-fault'
  | 'final-refusal'
  | 'lost-answer'
  | 'drop'
  | 'hang'
  | 'slow-answer'
  | 'unsigned-answer'
  | 'forged-answer'
  | 'gateway-error'

export class Remote {
  readonly accounts: Map<string, RemoteAccount>
  readonly received: RemoteReceived[]
  readonly reads: { readonly account: string; readonly externalId: string; readonly typing: boolean }[]
  readonly files: Map<string, { readonly account: string; readonly content: Buffer; readonly mimeType: string }>
  readonly unreachable: Set<string>
  readonly faults: RemoteFault[]
  readonly url: string
  set hook(hook: RemoteHook)
  constructor(options: {
    readonly accounts: readonly RemoteAccount[]
    readonly secrets: readonly string[]
    readonly hook?: RemoteHook
    readonly steered?: boolean
    readonly now?: () => number
  })
  listen(port?: number): Promise<string>
  close(): Promise<void>
  tell(events: readonly object[]): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>
}
