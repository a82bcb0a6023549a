import type { ModuleName } from "./go-modules.js";

/** Work of compiling one module: number of packages, and CPU seconds of one core. */
interface Work {
  readonly packages: number;
  readonly seconds: number;
}

/**
 * Work of each module with an empty build cache, and after `cluster`, which shares most packages.
 * Package counts are those of `go list -deps`. CPU seconds come from Go's action graphs
 * (`-debug-actiongraph`) of cold builds on two cores with Go's defaults, times 0.7 for the settings
 * of today's builds; those of minikube and of flux-images alone are assumptions.
 */
export const expectedWork: Readonly<Record<ModuleName, { readonly alone: Work; readonly shared: Work }>> = {
  cluster: { alone: { packages: 4520, seconds: 700 }, shared: { packages: 4520, seconds: 700 } },
  "flux-images": { alone: { packages: 1625, seconds: 230 }, shared: { packages: 30, seconds: 10 } },
  flux: { alone: { packages: 1663, seconds: 230 }, shared: { packages: 59, seconds: 25 } },
  pulumi: { alone: { packages: 1659, seconds: 310 }, shared: { packages: 616, seconds: 185 } },
  "pulumi-language-nodejs": { alone: { packages: 532, seconds: 55 }, shared: { packages: 278, seconds: 30 } },
  "pulumi-resource-kubernetes": { alone: { packages: 1799, seconds: 590 }, shared: { packages: 230, seconds: 400 } },
  minikube: { alone: { packages: 1540, seconds: 300 }, shared: { packages: 1000, seconds: 200 } },
};

/** Share of the work after which the pace measured on this machine is used. */
const SIGNIFICANT = 0.02;

interface State {
  readonly expected: Work;
  compiled: number;
  state: "waiting" | "running" | "finished";
}

/**
 * Estimates the time until all modules are built.
 *
 * The result is the larger of two figures: the remaining CPU seconds of the table divided by the
 * processors, and the remaining work at the pace measured so far, so the time is rarely
 * underestimated. Go does not report packages that it has in its cache: with a warm cache the
 * estimate is too large until the module is finished.
 */
export class Estimate {
  private readonly modules: ReadonlyMap<ModuleName, State>;

  /** @param built modules to build, in order @param processors processors that compile */
  constructor(
    built: readonly ModuleName[],
    private readonly processors: number,
    private readonly start = Date.now(),
  ) {
    this.modules = new Map(
      built.map((name, index) => {
        const expected = expectedWork[name][index === 0 ? "alone" : "shared"];
        return [name, { expected, compiled: 0, state: "waiting" }];
      }),
    );
  }

  started(name: ModuleName): void {
    this.change(name, (module) => {
      module.state = "running";
    });
  }

  /** @returns share of the module's expected packages whose compilation has started */
  compiled(name: ModuleName): number {
    let share = 0;
    this.change(name, (module) => {
      module.compiled += 1;
      share = module.compiled / module.expected.packages;
    });
    return share;
  }

  finished(name: ModuleName): void {
    this.change(name, (module) => {
      module.state = "finished";
    });
  }

  /** Seconds until everything is built. */
  remaining(now = Date.now()): number {
    let [total, done] = [0, 0];
    for (const { expected, compiled, state } of this.modules.values()) {
      total += expected.seconds;
      // A running module is not finished while it links, or where it has more packages than expected.
      const share = state === "finished" ? 1 : Math.min(compiled / expected.packages, 0.95);
      done += share * expected.seconds;
    }
    const byTable = (total - done) / this.processors;
    const byPace = done > SIGNIFICANT * total ? (((now - this.start) / 1000) * (total - done)) / done : 0;
    return Math.max(byTable, byPace);
  }

  /** `cluster 852 of about 4520 packages, about 9 m left`. */
  describe(now = Date.now()): string {
    const running = [...this.modules].filter(([, { state }]) => state === "running");
    const counts = running.map(([name, { compiled, expected }]) => {
      return `${name} ${compiled} of about ${Math.max(expected.packages, compiled)} packages`;
    });
    return [...counts, `about ${roughly(this.remaining(now))} left`].join(", ");
  }

  private change(name: ModuleName, change: (state: State) => void): void {
    const module = this.modules.get(name);
    if (module) change(module);
  }
}

/** Rounds up: to ten seconds (`40 s`) or to a minute (`9 m`). */
export function roughly(seconds: number): string {
  return seconds <= 60 ? `${Math.max(10, Math.ceil(seconds / 10) * 10)} s` : `${Math.ceil(seconds / 60)} m`;
}
