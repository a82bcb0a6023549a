/**
 * Status of nodes and pods as kwok writes them: Go templates of YAML.
 *
 * @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */

/** Status of a node that is Ready. */
export const nodeStatus = `
{{ $now := Now }}
{{ $since := or .metadata.creationTimestamp $now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $since | Quote }}
{{ end }}
phase: Running
`;

/** Conditions of a pod as items of a YAML list. */
function conditions(types: readonly string[], rest: string, since = "$now"): string {
  return types.map((type) => `- type: ${type}\n  lastTransitionTime: {{ ${since} | Quote }}\n  ${rest}`).join("\n");
}

const addresses = `
{{ with NodeIPWith .spec.nodeName }}
hostIP: {{ . | Quote }}
{{ end }}
{{ with PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ . | Quote }}
podIPs:
- ip: {{ . | Quote }}
{{ end }}
`;

/** Status of a pod that runs. @param since value of a template: when its conditions became true */
export function readyStatus(since: string): string {
  return `
{{ $now := Now }}
conditions:
${conditions(["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"], `status: "True"`, since)}
{{ range .spec.readinessGates }}
- lastTransitionTime: {{ $now | Quote }}
  status: "True"
  type: {{ .conditionType | Quote }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  imageID: ""
  name: {{ .name | Quote }}
  ready: true
  started: true
  restartCount: 0
  state:
    running:
      startedAt: {{ $now | Quote }}
{{ end }}
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
- image: {{ .image | Quote }}
  imageID: ""
  name: {{ .name | Quote }}
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state:
    running:
      startedAt: {{ $now | Quote }}
  {{ else }}
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
  {{ end }}
{{ end }}
{{ end }}
phase: Running
startTime: {{ $now | Quote }}
${addresses}`;
}

/** Conditions of a pod that is Ready again. */
export const readyAgainStatus = `
{{ $now := Now }}
conditions:
${conditions(["Ready", "ContainersReady"], `status: "True"`)}
`;

/** Status of a pod whose containers ended with exit code 0. */
export const completedStatus = `
{{ $now := Now }}
conditions:
${conditions(["Ready", "ContainersReady"], `status: "False"\n  reason: PodCompleted`)}
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  imageID: ""
  name: {{ .name | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
phase: Succeeded
`;

/** Status of a pod whose containers wait for their image. */
export function waitingStatus(reason: string, message: string): string {
  return `
{{ $now := Now }}
conditions:
${conditions(["Initialized"], `status: "True"`)}
${conditions(["Ready", "ContainersReady"], `status: "False"\n  reason: ContainersNotReady`)}
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  imageID: ""
  name: {{ .name | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    waiting:
      reason: ${reason}
      message: {{ printf "%s: ${message}" .image | Quote }}
{{ end }}
phase: Pending
${addresses}`;
}
