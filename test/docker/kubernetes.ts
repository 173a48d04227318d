import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { validate as deployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment'
import { validate as autoscaler } from 'kubernetes-models/_schemas/IoK8sApiAutoscalingV2HorizontalPodAutoscaler'
import { validate as job } from 'kubernetes-models/_schemas/IoK8sApiBatchV1Job'
import { validate as configMap } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap'
import { validate as namespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace'
import { validate as volumeClaim } from 'kubernetes-models/_schemas/IoK8sApiCoreV1PersistentVolumeClaim'
import { validate as service } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service'
import { validate as serviceAccount } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount'
import { validate as ingress } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1Ingress'
import { validate as networkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'
import { validate as disruptionBudget } from 'kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget'
import { root } from './dockerfile.ts'
import { onPath } from './on-path.ts'
import { documents } from './yaml-files.ts'

const run = promisify(execFile)

// This package has its validators as the others do, but names only its classes as what may be imported.
const keda = join(root, 'node_modules/@kubernetes-models/keda/_schemas')
const { validate: scaledObject } = await import(join(keda, 'ComGithubKedacoreKedaV2ApisKedaV1alpha1ScaledObject.js'))

/** Compiled from the OpenAPI documents of Kubernetes and KEDA. */
interface Validator {
  (data: unknown): boolean
  errors?: readonly Fault[] | null
}

/** Of ajv, without its messages, which the package leaves out. */
interface Fault {
  readonly instancePath: string
  readonly keyword: string
  readonly params: object
}

const VALIDATORS: Readonly<Record<string, unknown>> = {
  'v1 ConfigMap': configMap,
  'v1 Namespace': namespace,
  'v1 PersistentVolumeClaim': volumeClaim,
  'v1 Service': service,
  'v1 ServiceAccount': serviceAccount,
  'apps/v1 Deployment': deployment,
  'autoscaling/v2 HorizontalPodAutoscaler': autoscaler,
  'batch/v1 Job': job,
  'keda.sh/v1alpha1 ScaledObject': scaledObject,
  'networking.k8s.io/v1 Ingress': ingress,
  'networking.k8s.io/v1 NetworkPolicy': networkPolicy,
  'policy/v1 PodDisruptionBudget': disruptionBudget,
}

export interface Resource {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec?: unknown
  readonly data?: Readonly<Record<string, string>>
}

/** Makes what `kubectl apply -k` would send. Undefined where neither kubectl nor kustomize is installed. */
export function kustomizeTool(): ((folder: string) => Promise<readonly Resource[]>) | undefined {
  const kubectl = onPath('kubectl')
  const tool = kubectl ?? onPath('kustomize')
  if (tool === undefined) return undefined
  return async (folder) => {
    const { stdout } = await run(tool, [kubectl === undefined ? 'build' : 'kustomize', join(root, folder)])
    return documents(stdout) as Resource[]
  }
}

/** What is wrong with a resource: against its schema, or a field that the schema does not know, which a cluster would drop. */
export function faultsOf(resource: Resource): readonly string[] {
  const name = `${resource.apiVersion} ${resource.kind}`
  const validate = VALIDATORS[name] as Validator | undefined
  if (validate === undefined) return [`${name}: no schema is known here`]
  const unread = new Map<string, unknown>()
  const watched = watch(resource, '', unread)
  const valid = validate(watched)
  const broken = valid
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, keyword, params }) => `${name}${instancePath}: ${keyword} ${JSON.stringify(params)}`,
      )
  return [...broken, ...[...unread.keys()].map((path) => `${name}${path}: the schema has no such field`)]
}

/**
 * A compiled validator passes over fields it does not know instead of refusing them. But it reads all that it knows: so the
 * resource is handed over in proxies, and what was never read is unknown.
 */
function watch<T extends object>(value: T, path: string, unread: Map<string, unknown>): T {
  const children = new Map<PropertyKey, unknown>()
  for (const [key, child] of Object.entries(value)) {
    const place = `${path}/${key}`
    unread.set(place, child)
    children.set(key, child instanceof Object ? watch(child, place, unread) : child)
  }
  return new Proxy(value, {
    get(target, key) {
      unread.delete(`${path}/${String(key)}`)
      return children.has(key) ? children.get(key) : Reflect.get(target, key)
    },
  })
}
