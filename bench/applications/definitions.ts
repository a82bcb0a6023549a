import { stringify } from "yaml";
import { z } from "zod";
import type { SettingsFiles } from "../../apps/environments.js";
import { type Application, defineApplication } from "../../constructs/application.js";
import { image, wholeNumber } from "../../constructs/settings-schema.js";
import { StatefulService } from "../../constructs/stateful-service.js";
import { WebService } from "../../constructs/web-service.js";
import { Worker } from "../../constructs/worker.js";

const settings = z.strictObject({ image: image(), replicas: wholeNumber(0, 100) });

/** Sections that apps/settings.yaml has besides those of applications. */
const own = {
  application: { url: "https://gitlab.example.org/team/application.git", branch: "main" },
  delivery: { namespace: "default", interval: "1m" },
};

/** One of so many applications has other settings in production, and another one is excluded there. */
const ONE_OF = 20;

const isOne = (index: number, offset: number) => index % ONE_OF === offset;

const nameOf = (index: number) => `app-${String(index).padStart(5, "0")}`;

/** Applications as teams write them: services with an Ingress, workers and databases; some need another one. */
export function manyApplications(count: number): Application[] {
  const all: Application[] = [];
  for (let index = 0; index < count; index++) {
    const name = nameOf(index);
    const before = all[index - 1];
    const application = defineApplication({
      name,
      settings,
      ...(index % 2 === 0 && { namespace: name }),
      ...(index % 4 === 1 && before && { dependsOn: [before], namespace: before }),
      build: ({ file }, { image, replicas }) => {
        if (index % 4 === 0) {
          const volume = { size: "10Gi", mountPath: "/data" };
          new StatefulService(file("database"), name, { image, replicas, port: 5432, volume });
        } else if (index % 4 === 2) new Worker(file("worker"), name, { image, replicas });
        else new WebService(file("web"), name, { image, replicas, ingress: { host: `${name}.example.org` } });
      },
    });
    all.push(application as unknown as Application);
  }
  return all;
}

/** Settings of all applications, and two environments that differ in some of them. */
export function manySettings(count: number): SettingsFiles {
  const indexes = [...Array(count).keys()];
  const section = (index: number) => ({ image: imageOf(index), replicas: 2 });
  const sections = indexes.map((index) => [nameOf(index), section(index)]);
  const differences = indexes.filter((index) => isOne(index, 3)).map((index) => [nameOf(index), { replicas: 3 }]);
  const exclude = indexes.filter((index) => isOne(index, 7)).map(nameOf);
  return {
    settings: stringify({ ...own, ...Object.fromEntries(sections) }),
    environments: stringify({
      environments: [
        { name: "staging" },
        { name: "production", soak: "30m", settings: Object.fromEntries(differences), exclude },
      ],
    }),
  };
}

/** Workers have an image that automation owns. */
function imageOf(index: number): unknown {
  const repository = `registry.example.org/team/${nameOf(index)}`;
  return index % 4 === 2 ? { repository, policy: "1.x", initial: "1.0.0" } : `${repository}:1.${index % 30}.0`;
}
