import { dnsLabel } from "@timonier/kit/dns-name";
import { UserError } from "@timonier/kit/user-error";
import { type App, Chart, type Duration } from "cdk8s";
import type { Construct } from "constructs";
import type { z } from "zod";
import { named, type Reference } from "./reference.js";

/** Files of an application, in its folder of the application repository. */
export interface ApplicationFiles {
  /** Begins the file `NAME.yaml`: constructs of this chart are its objects. */
  file(name: string): Chart;
}

/** What a team says about one of its applications. */
export interface ApplicationProps<Name extends string, Schema extends z.ZodType> {
  /** Name in reports, and key of its section in apps/settings.yaml: a DNS label. */
  readonly name: Name;
  /** Schema of its section in apps/settings.yaml. */
  readonly settings: Schema;
  /**
   * Namespace of its objects. A text: the application owns this namespace, which is created with it
   * and deleted with it. An application: the namespace that this other application owns.
   *
   * @default the namespace of the delivery, `delivery.namespace` of apps/settings.yaml
   */
  readonly namespace?: string | Application;
  /** Applications that must be Ready before this one is applied. @default none */
  readonly dependsOn?: readonly Application[];
  /** Name of its Kustomization. @default its name */
  readonly kustomization?: string;
  /** Its folder in the application repository: `infra` or `applications/NAME`. @default applications/NAME */
  readonly folder?: string;
  /**
   * Whether the Kustomization is Ready only when every object is: Deployments with all of their
   * replicas, HelmReleases that are installed.
   *
   * @default true
   */
  readonly wait?: boolean;
  /** Longest time for applying and for becoming Ready. @default 5 minutes */
  readonly timeout?: Duration;
  /** Adds its constructs, to as many files as it likes. */
  build(files: ApplicationFiles, settings: z.output<Schema>): void;
}

/** An application with everything that its props leave out. */
export interface Application<Name extends string = string, Schema extends z.ZodType = z.ZodType>
  extends Omit<ApplicationProps<Name, Schema>, "build"> {
  readonly kustomization: string;
  readonly folder: string;
  readonly dependsOn: readonly Application[];
  // A method, so that a list can hold applications of different settings.
  build(files: ApplicationFiles, settings: z.output<Schema>): void;
}

/** Folder in the application repository with a folder for each application. */
export const applicationsFolder = "applications";

/**
 * Describes an application: one file in apps/ calls this, and one line in apps/applications.ts lists it.
 *
 * @example
 * export const shop = defineApplication({
 *   name: "shop",
 *   settings: z.strictObject({ image: image(), replicas: wholeNumber(0, 100) }),
 *   build: ({ file }, settings) => {
 *     new WebService(file("shop"), "shop", settings);
 *   },
 * });
 */
export function defineApplication<const Name extends string, Schema extends z.ZodType>(
  props: ApplicationProps<Name, Schema>,
): Application<Name, Schema> {
  return {
    ...props,
    kustomization: props.kustomization ?? props.name,
    folder: props.folder ?? `${applicationsFolder}/${props.name}`,
    dependsOn: props.dependsOn ?? [],
  };
}

/**
 * The files of an application in its App. The charts are made here and not in apps/, so that a
 * report names the application's own file as the origin of its manifests.
 *
 * @param source Flux's source of the application repository, for charts whose files are in it
 * @default a name that stands for it, for tests
 */
export function filesOf(app: App, source?: Reference<"GitRepository">): ApplicationFiles {
  app.node.setContext(sourceKey, source ?? named("GitRepository", "applications", { external: true }));
  return { file: (name) => new Chart(app, name) };
}

/** Key of an App's context with the source of the application repository. */
const sourceKey = "timonier:application-source";

/** The source of the repository that contains a construct's manifests. */
export function applicationSource(scope: Construct): Reference<"GitRepository"> {
  return scope.node.getContext(sourceKey) as Reference<"GitRepository">;
}

/** Sections of apps/settings.yaml that belong to no application. */
export const reservedSections: readonly string[] = ["application", "delivery"];

/**
 * Checks that the applications of a list fit together.
 *
 * @param environment in which only these are delivered @default all
 * @throws UserError with everything that is wrong
 */
export function checkApplications(applications: readonly Application[], environment?: { readonly name: string }): void {
  const twice = sharedWithFormer(applications);
  const all = new Set(applications);
  const errors = applications.flatMap((application) => [
    ...nameErrors(application),
    ...twice(application),
    ...referenceErrors(application, all),
  ]);
  if (errors.length === 0) return;
  const count = errors.length === 1 ? "an application is wrong" : `the applications have ${errors.length} errors`;
  throw new UserError(
    `${count}:\n${errors.map((error) => `    ${error}`).join("\n")}`,
    environment ? `environment ${environment.name}` : "apps/applications.ts and the files that it imports",
    environment
      ? "an application that others need cannot be excluded: exclude those, too"
      : "correct the applications named above",
    { code: "TIM-805" },
  );
}

function nameErrors({ name, namespace, kustomization, folder }: Application): string[] {
  const label = 'at most 63 lower-case letters, digits and "-"';
  return [
    ...(dnsLabel.test(name) ? [] : [`${JSON.stringify(name)}: expected a name of ${label}`]),
    ...(reservedSections.includes(name) ? [`${name}: the name is taken by a section of apps/settings.yaml`] : []),
    ...(/^(infra|applications\/[a-z0-9-]+)$/.test(folder)
      ? []
      : [`${name}: folder: expected infra or ${applicationsFolder}/NAME, got ${JSON.stringify(folder)}`]),
    ...(dnsLabel.test(kustomization) ? [] : [`${name}: kustomization: expected ${label}`]),
    ...(typeof namespace === "string" && !dnsLabel.test(namespace) ? [`${name}: namespace: expected ${label}`] : []),
  ];
}

/** What an application shares with one before it in the list, so that each pair is named once. */
function sharedWithFormer(all: readonly Application[]): (application: Application) => string[] {
  const checks = [
    ["name", firstBy(all, ({ name }) => name)],
    ["Kustomization", firstBy(all, ({ kustomization }) => kustomization)],
    ["folder", firstBy(all, ({ folder }) => folder)],
    // A namespace that is an application is shared on purpose.
    ["namespace", firstBy(all, ({ namespace }) => (typeof namespace === "string" ? namespace : undefined))],
  ] as const;
  return (application) =>
    checks.flatMap(([what, first]) => {
      const other = first(application);
      return other ? [`${application.name}: its ${what} is already that of application ${other.name}`] : [];
    });
}

/** Finds the first application with an equal value; undefined for that one itself, and for one without a value. */
function firstBy(all: readonly Application[], of: (one: Application) => string | undefined) {
  const first = new Map<string | undefined, Application>();
  for (const one of all) if (!first.has(of(one))) first.set(of(one), one);
  return (application: Application): Application | undefined => {
    const found = of(application) === undefined ? undefined : first.get(of(application));
    return found === application ? undefined : found;
  };
}

function referenceErrors({ name, namespace, dependsOn }: Application, all: ReadonlySet<Application>): string[] {
  const missing = (field: string, other: Application | undefined) => {
    // Two files that import each other: the one that is loaded first sees nothing of the other.
    if (other === undefined) return [`${name}: ${field}: the files of two applications import each other`];
    return all.has(other) ? [] : [`${name}: ${field}: application ${other.name} is not in the list`];
  };
  const owner = typeof namespace === "object" ? namespace : undefined;
  return [
    ...dependsOn.flatMap((other, index) => missing(`dependsOn[${index}]`, other)),
    ...(owner ? missing("namespace", owner) : []),
    ...(owner && typeof owner.namespace !== "string" ? [`${name}: namespace: ${owner.name} owns no namespace`] : []),
  ];
}
