// Command bundle writes the manifests that the flux binary embeds, as its own release does: each controller's
// custom resource definitions and deployment, taken from the controller's module instead of its GitHub release, go
// through the base that flux2 has for it.
//
//	bundle FLUX_DIR NAME=CONTROLLER_DIR...
//
// FLUX_DIR is a writable copy of github.com/fluxcd/flux2/v2.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

var releaseURL = regexp.MustCompile(`https://github\.com/fluxcd/[^/]+/releases/download/[^/]+/`)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: bundle FLUX_DIR NAME=CONTROLLER_DIR...")
	}
	if err := bundle(os.Args[1], os.Args[2:]); err != nil {
		log.Fatal(err)
	}
}

func bundle(flux string, controllers []string) error {
	out := filepath.Join(flux, "cmd", "flux", "manifests")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, controller := range controllers {
		name, dir, _ := strings.Cut(controller, "=")
		base := filepath.Join(flux, "manifests", "bases", name)
		if err := build(filepath.Join(dir, "config", "crd"), filepath.Join(base, name+".crds.yaml")); err != nil {
			return err
		}
		if err := build(filepath.Join(dir, "config", "manager"), filepath.Join(base, name+".deployment.yaml")); err != nil {
			return err
		}
		if err := useLocalFiles(filepath.Join(base, "kustomization.yaml")); err != nil {
			return err
		}
		if err := build(base, filepath.Join(out, name+".yaml")); err != nil {
			return err
		}
	}
	for _, name := range []string{"rbac", "policies"} {
		if err := build(filepath.Join(flux, "manifests", name), filepath.Join(out, name+".yaml")); err != nil {
			return err
		}
	}
	return nil
}

// useLocalFiles makes a base read the two files beside it that its release URLs name.
func useLocalFiles(kustomization string) error {
	text, err := os.ReadFile(kustomization)
	if err != nil {
		return err
	}
	return os.WriteFile(kustomization, releaseURL.ReplaceAll(text, nil), 0o644)
}

// build does what `kustomize build DIR > FILE` does.
func build(dir, file string) error {
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	options.LoadRestrictions = types.LoadRestrictionsRootOnly
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return fmt.Errorf("kustomize build %s: %w", dir, err)
	}
	text, err := resources.AsYaml()
	if err != nil {
		return fmt.Errorf("kustomize build %s: %w", dir, err)
	}
	return os.WriteFile(file, text, 0o644)
}
