module timonier/toolchain/flux-manifests

go 1.26.0

// The controllers whose manifests flux embeds, in the versions of its release. Only their files are read: nothing here
// is built, so that their dependencies do not mix with those of flux.
require (
	github.com/fluxcd/helm-controller v1.6.3
	github.com/fluxcd/image-automation-controller v1.2.4
	github.com/fluxcd/image-reflector-controller v1.2.4
	github.com/fluxcd/kustomize-controller v1.9.4
	github.com/fluxcd/notification-controller v1.9.3
	github.com/fluxcd/source-controller v1.9.4
	github.com/fluxcd/source-watcher/v2 v2.2.3
)
