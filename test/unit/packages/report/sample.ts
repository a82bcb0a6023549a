import fc from "fast-check";
import { type ObjectChange, type Report, schemaVersion } from "../../../../packages/report/model.js";

const at = (kind: string, name: string, apiVersion = "v1", namespace: string | undefined = "default") => ({
  apiVersion,
  kind,
  namespace,
  name,
});

const kustomization = (name: string) => at("Kustomization", name, "kustomize.toolkit.fluxcd.io/v1");

/** A report with everything in it, each text made by a function from what it stands for. */
export function sampleReport(text: (plain: string) => string = (plain) => plain): Report {
  const change = (given: Partial<ObjectChange> & Pick<ObjectChange, "ref" | "action">): ObjectChange => ({
    dataLoss: false,
    diff: "",
    owner: text("Kustomization default/myapp"),
    ...given,
    ref: { ...given.ref, name: text(given.ref.name) },
  });
  return {
    schemaVersion,
    verdict: "rejected",
    base: { ref: text("main"), sha: "a".repeat(40) },
    head: { ref: text("topic"), sha: "b".repeat(40) },
    changes: [
      change({ ref: at("ConfigMap", "old"), action: "pruned", message: text("no tree names it any more") }),
      change({ ref: at("PersistentVolumeClaim", "data"), action: "deleted", dataLoss: true }),
      change({
        ref: at("Deployment", "web", "apps/v1"),
        action: "rejected",
        message: text("spec.selector: Invalid value: field is immutable"),
        provenance: { file: text("apps/nginx.ts"), line: 8 },
        formerOwner: text("Kustomization default/other"),
        diff: `@@ -1,3 +1,3 @@\n kind: Deployment\n-${text("  app: web")}\n+${text("  app: site")}\n`,
      }),
      change({ ref: at("Secret", "credentials"), action: "updated" }),
      change({
        ref: at("Service", "web"),
        action: "updated",
        diff: `@@ -1,2 +1,2 @@\n${text(" port")}\n-  port: 80\n+  port: 8080\n`,
      }),
    ],
    reconciliations: [
      {
        ref: kustomization(text("infra")),
        ready: "True",
        readyBefore: "True",
        dependsOn: [],
        message: text("Applied"),
      },
      {
        ref: kustomization(text("myapp")),
        ready: "False",
        readyBefore: "True",
        reason: text("ReconciliationFailed"),
        message: text("Deployment/default/web dry-run failed"),
        dependsOn: [text("Kustomization default/infra")],
      },
      { ref: kustomization(text("gone")), readyBefore: "True", dependsOn: [] },
      { ref: kustomization(text("slow")), ready: "Unknown", dependsOn: [] },
    ],
    versions: [
      {
        kind: "image",
        name: text("docker.io/library/nginx"),
        from: text("1.27"),
        to: text("1.28"),
        usedBy: [at("Deployment", text("web"), "apps/v1")],
      },
      { kind: "chart", name: text("podinfo"), to: text("6.9.0"), usedBy: [] },
    ],
    policies: [
      { policy: text("labels"), ref: at("Service", text("web")), level: "warning", message: text("no owner label") },
      { policy: text("images"), ref: at("Pod", text("web")), level: "fatal", message: text("tag latest") },
    ],
    notEvaluated: [{ subject: text("HelmRepository default/charts"), reason: text("its address cannot be reached") }],
    simulated: [text("readiness of pods")],
    infrastructure: {
      stack: text("embedded"),
      steps: [
        {
          operation: "update",
          urn: "urn:pulumi:embedded::timonier::gitlab:index/project:Project::setup",
          type: text("gitlab:index/project:Project"),
          name: text("setup"),
          properties: [text("description")],
        },
        {
          operation: "replace",
          urn: "urn:pulumi:embedded::timonier::gitlab:index/deployToken:DeployToken::token",
          type: text("gitlab:index/deployToken:DeployToken"),
          name: text("token"),
          properties: [text("expiresAt")],
        },
      ],
      diagnostics: [{ level: "warning", message: text("a token ends soon") }],
    },
    duration: 4_321,
  };
}

/** Pieces that are markup, references, commands or ends of something in one of the formats. */
const pieces = [
  "```",
  "`````",
  "`",
  "~~~",
  "</details>",
  "<details open>",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<!-- ",
  "-->",
  "<!-- timonier:report:default -->",
  "@all",
  "@root",
  "#1",
  "!1",
  "~bug",
  "%1",
  "$1",
  "&1",
  "/merge",
  "/close",
  "\n/merge\n",
  "\n\n/approve",
  "\r/merge",
  "\r\n```\r\n/merge",
  "\u2028/merge",
  "|",
  "\\|",
  "\\",
  "**bold**",
  "_em_",
  "[link](javascript:alert(1))",
  "![image](https://example.com/x.png)",
  "https://example.com",
  "www.example.com",
  "a@example.com",
  "&lt;b&gt;",
  "&#64;all",
  ":smile:",
  "$`a`$",
  "[[_TOC_]]",
  "{+ in +}",
  "[^1]",
  ">>>",
  "\n---\n",
  "\n# title\n",
  "\n- [ ] task\n",
  "]]>",
  "\u202e",
  "\u0000",
  "\u001b[31m",
  "\ud800",
  "\ufffe",
  "x",
  " ",
  "\t",
  "é",
  "🙂",
];

/** Text that tries to be more than text. */
export const hostile: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.join(""));
