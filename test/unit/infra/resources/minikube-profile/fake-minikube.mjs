// Answers like minikube v1.38.1, from a file, for states that a real one is hard to bring into. Its
// version: resource.test.ts.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const home = process.env.MINIKUBE_HOME;
const file = join(home, "fake.json");
const state = JSON.parse(readFileSync(file, "utf8"));
const args = process.argv.slice(2);
const option = (name) => args.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3);
const profile = option("profile");
const save = () => writeFileSync(file, JSON.stringify(state));
const say = (type, data) =>
  console.log(
    JSON.stringify({
      ...{ specversion: "1.0", id: "1", source: "https://minikube.sigs.k8s.io/", type: `io.k8s.sigs.minikube.${type}` },
      ...{ datacontenttype: "application/json", data },
    }),
  );
const end = (code) => {
  save();
  process.exit(code);
};

appendFileSync(join(home, "calls"), `${args.join(" ")}\n`);
switch (args[0]) {
  case "profile": {
    const valid = Object.entries(state.profiles).map(([Name, one]) => ({
      Name,
      Status: "Skipped",
      Config: one.config,
    }));
    console.log(
      JSON.stringify({
        invalid: args.includes("--light") ? [] : (state.invalid ?? []).map((Name) => ({ Name })),
        valid,
      }),
    );
    break;
  }
  case "status": {
    const { host } = state.profiles[profile];
    console.log(
      JSON.stringify({
        ...{ Name: profile, Host: host, Kubelet: host, APIServer: host, Kubeconfig: "Configured", Worker: false },
      }),
    );
    process.exit(host === "Running" ? 0 : 7);
    break;
  }
  case "start": {
    say("step", { currentstep: "0", message: "minikube v1.38.1", name: "Initial Minikube Setup", totalsteps: "19" });
    if (state.hang) await new Promise((done) => setTimeout(done, 60_000));
    if (state.failure) {
      say("error", state.failure);
      end(Number(state.failure.exitcode));
    }
    say("step", { currentstep: "12", message: "Booting up control plane ...", name: "Boot", totalsteps: "19" });
    const known = state.profiles[profile]?.config;
    state.profiles[profile] = {
      host: "Running",
      config: {
        ...{ Driver: option("driver"), CPUs: Number(option("cpus") ?? 0), Memory: 4096, RegistryMirror: null },
        KubernetesConfig: {
          KubernetesVersion: option("kubernetes-version"),
          ContainerRuntime: option("container-runtime"),
        },
        Nodes: known?.Nodes ?? [{ Name: "" }],
        Addons: { ...known?.Addons, ...Object.fromEntries((option("addons") ?? "").split(",").map((a) => [a, true])) },
      },
    };
    if (existsSync(join(home, "kubeconfig"))) {
      writeFileSync(process.env.KUBECONFIG, readFileSync(join(home, "kubeconfig"), "utf8"));
    }
    end(0);
    break;
  }
  case "addons":
    state.profiles[profile].config.Addons[args[2]] = args[1] === "enable";
    end(0);
    break;
  case "stop":
    if (state.failure) {
      say("error", state.failure);
      end(Number(state.failure.exitcode));
    }
    state.profiles[profile].host = "Stopped";
    end(0);
    break;
  case "delete":
    delete state.profiles[profile];
    state.invalid = [];
    end(0);
    break;
  default:
    process.exit(64);
}
