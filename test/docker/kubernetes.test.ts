import { expect } from 'chai'
import { eventSettings } from '../../core/events/settings.ts'
import { describeWith } from '../real-parts.ts'
import { faultsOf, kustomizeTool, type Resource } from './kubernetes.ts'
import { expectTimeToDrain } from './shutdown.ts'
import { knownVariables } from './variables.ts'

const tool = kustomizeTool()

interface Container {
  readonly name: string
  readonly image: string
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly readinessProbe?: { readonly httpGet: { readonly path: string } }
  readonly livenessProbe?: { readonly httpGet: { readonly path: string } }
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } }
  readonly securityContext?: object
  readonly resources?: { readonly limits?: { readonly memory?: string } }
}

interface Workload {
  readonly replicas?: number
  readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> }
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> }
    readonly spec: {
      readonly containers: readonly Container[]
      readonly terminationGracePeriodSeconds?: number
      readonly automountServiceAccountToken?: boolean
      readonly securityContext?: { readonly runAsNonRoot?: boolean }
      readonly topologySpreadConstraints?: readonly { readonly labelSelector: { readonly matchLabels: object } }[]
    }
  }
}

const workload = (resource: Resource) => resource.spec as Workload

for (const overlay of ['postgres', 'kafka']) {
  describeWith('kubectl or kustomize', tool, `the Kubernetes overlay ${overlay}`, (render) => {
    let resources: readonly Resource[]
    before(async () => {
      resources = await render(`docker/kubernetes/overlays/${overlay}`)
    })

    const ofKind = (kind: string) => resources.filter((resource) => resource.kind === kind)
    const one = (kind: string, name: string): Resource => {
      const found = ofKind(kind).find(({ metadata }) => metadata.name === name)
      if (found === undefined) throw new Error(`there is no ${kind} ${name}`)
      return found
    }
    const settings = () => one('ConfigMap', 'parley').data ?? {}
    const workloads = () => [...ofKind('Deployment'), ...ofKind('Job')]

    it('is what the API server and KEDA know, field by field, all in one namespace', () => {
      expect(resources.flatMap(faultsOf)).to.deep.equal([])
      const outside = resources.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'parley')
      expect(outside.map(({ kind }) => kind)).to.deep.equal([])
    })

    it('runs an exact version, not as root, writing into volumes only, without a token of the cluster', () => {
      for (const { metadata, ...rest } of workloads()) {
        const { spec } = workload({ metadata, ...rest }).template
        expect(spec.securityContext?.runAsNonRoot, metadata.name).to.equal(true)
        expect(spec.automountServiceAccountToken, metadata.name).to.equal(false)
        for (const container of spec.containers) {
          expect(container.image, metadata.name).to.match(/^registry\.example\.com\/parley:\d+\.\d+\.\d+$/)
          expect(container.resources?.limits, metadata.name).to.have.property('memory')
          expect(container.securityContext, metadata.name).to.deep.equal({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          })
        }
      }
    })

    it('asks for readiness where requests are sent, and for life where a restart would help', () => {
      for (const deployment of ofKind('Deployment')) {
        const [container] = workload(deployment).template.spec.containers
        expect(container?.readinessProbe?.httpGet.path).to.equal('/readyz')
        expect(container?.livenessProbe?.httpGet.path).to.equal('/healthz')
      }
    })

    it('gives every process the time to drain', () => {
      for (const deployment of ofKind('Deployment')) {
        const { containers, terminationGracePeriodSeconds = 30 } = workload(deployment).template.spec
        const before = containers[0]?.lifecycle?.preStop.sleep.seconds ?? 0
        expectTimeToDrain(settings(), (terminationGracePeriodSeconds - before) * 1000)
      }
    })

    it('sets only variables that Parley reads, and no secret', async () => {
      const known = await knownVariables()
      const own = workloads().flatMap((resource) =>
        workload(resource).template.spec.containers.flatMap(({ env = [] }) => env),
      )
      const names = [...Object.keys(settings()), ...own.map(({ name }) => name)]
      expect(names.filter((name) => !known.has(name))).to.deep.equal([])
      expect(names).not.to.include.oneOf(['DATABASE_URL', 'PARLEY_KEYS', 'KAFKA_SASL_PASSWORD'])
    })

    it('leaves the number of pods to the scaler, within 2 and the number of partitions', () => {
      const scaler = one(overlay === 'kafka' ? 'ScaledObject' : 'HorizontalPodAutoscaler', 'parley').spec as Record<
        string,
        number
      >
      expect(scaler.minReplicaCount ?? scaler.minReplicas).to.be.at.least(2)
      expect(scaler.maxReplicaCount ?? scaler.maxReplicas).to.be.at.most(eventSettings().partitions)
      expect(workload(one('Deployment', 'parley'))).not.to.have.property('replicas')
    })

    it('finds its own pods: services, budgets, spreads and the network policy select what is there', () => {
      for (const deployment of ofKind('Deployment')) {
        const { name } = deployment.metadata
        const { selector, template } = workload(deployment)
        expect(template.metadata.labels, name).to.include({ ...selector?.matchLabels, 'parley.network': 'inside' })
        expect(selector?.matchLabels, name).to.deep.equal({ 'app.kubernetes.io/name': name })
        expect((one('Service', name).spec as { selector: object }).selector).to.deep.equal(selector?.matchLabels)
        expect((one('PodDisruptionBudget', name).spec as { selector: object }).selector).to.deep.equal(selector)
        for (const { labelSelector } of template.spec.topologySpreadConstraints ?? []) {
          expect(labelSelector, name).to.deep.equal(selector)
        }
      }
    })
  })
}

describeWith('kubectl or kustomize', tool, "the partner's pods", (render) => {
  it('run the plugin that all other pods leave out', async () => {
    const deployments = (await render('docker/kubernetes/overlays/kafka')).filter(({ kind }) => kind === 'Deployment')
    const subsets = deployments.map((one) => [one.metadata.name, workload(one).template.spec.containers[0]?.env])
    expect(Object.fromEntries(subsets)).to.deep.equal({
      parley: [{ name: 'PLUGINS', value: '-partner-channel' }],
      'parley-partner': [{ name: 'PLUGINS', value: 'kafka,partner-channel' }],
    })
  })
})

describe('the check of Kubernetes resources', () => {
  const deployment = (spec: object): Resource => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a' },
    spec,
  })
  const pod = (container: object) => ({
    metadata: { labels: { a: 'b' } },
    spec: { containers: [{ name: 'a', ...container }] },
  })
  const selector = { matchLabels: { a: 'b' } }

  it('passes what is right', () => {
    expect(faultsOf(deployment({ selector, template: pod({ image: 'a:1' }) }))).to.deep.equal([])
  })

  it('would notice a field that is missing, of the wrong type, misspelt at any depth, and a kind it does not know', () => {
    expect(faultsOf(deployment({ template: pod({}) })).join()).to.include(
      '/spec: required {"missingProperty":"selector"}',
    )
    expect(faultsOf(deployment({ selector, template: pod({}), replicas: 'two' })).join()).to.include(
      '/spec/replicas: type {"type":"integer"}',
    )
    expect(faultsOf(deployment({ selector, template: pod({ imagee: 'a:1' }) }))).to.deep.equal([
      'apps/v1 Deployment/spec/template/spec/containers/0/imagee: the schema has no such field',
    ])
    expect(faultsOf({ ...deployment({ selector, template: pod({}) }), kind: 'Deploymint' })).to.have.length(1)
    const scaler = { scaleTargetRef: { name: 'a' }, triggers: [{ type: 'prometheus', metadata: {} }], maxReplicas: 2 }
    expect(
      faultsOf({ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: { name: 'a' }, spec: scaler }),
    ).to.deep.equal(['keda.sh/v1alpha1 ScaledObject/spec/maxReplicas: the schema has no such field'])
  })
})
