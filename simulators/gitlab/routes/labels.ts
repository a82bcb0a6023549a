import { projectOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { projectRoute } from "../http/scoped-routes.js";
import { accessLevels } from "../model/access-level.js";
import { addLabel, isColor, labelNamed, labelsOf } from "../model/labels.js";
import { invalid, notFound, problem } from "../model/problem.js";
import { removeWhere } from "../model/server-state.js";
import type { Label } from "../model/types/projects.js";

const one = "/projects/:id/labels/:label_id";

/** @see https://docs.gitlab.com/api/labels/ */
export const labelRoutes: readonly Route[] = [
  route(
    "GET",
    "/projects/:id/labels",
    { may: { search: "string", with_counts: "boolean" }, open: true },
    (call, { search = "" }) => {
      const wanted = search.toLowerCase();
      const found = labelsOf(call.state, projectOf(call)).filter(({ name }) => name.toLowerCase().includes(wanted));
      return page(call, found, (label) => labelView(call, label));
    },
  ),
  route("GET", one, { open: true }, (call) => ok(labelView(call, existing(call)))),
  projectRoute(
    "POST",
    "/projects/:id/labels",
    { level: accessLevels.reporter, needs: { name: "string", color: "string" }, may: { description: "string" } },
    (call, project, { name, color, description }) => {
      if (labelNamed(call.state, project, name)) throw problem(409, "Label already exists");
      checkLabel(name, color);
      const label = addLabel(call.state, project, name);
      Object.assign(label, { color, description: description ?? null });
      return created(labelView(call, label));
    },
  ),
  projectRoute(
    "PUT",
    one,
    { level: accessLevels.reporter, may: { new_name: "string", color: "string", description: "string" } },
    (call, project, values) => {
      const label = existing(call);
      const { new_name: name = label.name, color = label.color, description = label.description } = values;
      checkLabel(name, color);
      const twin = labelNamed(call.state, project, name);
      if (twin && twin !== label) throw invalid({ title: ["has already been taken"] });
      for (const request of call.state.mergeRequests.filter(({ projectId }) => projectId === project.id)) {
        request.labels = request.labels.map((each) => (each === label.name ? name : each));
      }
      Object.assign(label, { name, color, description });
      return ok(labelView(call, label));
    },
  ),
  projectRoute("DELETE", one, { level: accessLevels.reporter }, (call, project) => {
    const gone = existing(call);
    removeWhere(call.state.labels, (label) => label === gone);
    for (const request of call.state.mergeRequests.filter(({ projectId }) => projectId === project.id)) {
      request.labels = request.labels.filter((each) => each !== gone.name);
    }
    return noContent();
  }),
];

function checkLabel(name: string, color: string | undefined): void {
  if (name.trim() === "" || name.length > 255 || /[,\n]/.test(name)) throw invalid({ title: ["is invalid"] });
  if (color !== undefined && !isColor(color)) throw invalid({ color: ["must be a valid color code"] });
}

function existing(call: Call): Label {
  const project = projectOf(call);
  const { label_id: wanted = "" } = call.path;
  const found = labelsOf(call.state, project).find(({ id, name }) => String(id) === wanted || name === wanted);
  if (!found) throw notFound("Label");
  return found;
}

/** A label. */
function labelView(call: Call, label: Label): Record<string, unknown> {
  const used = call.state.mergeRequests.filter(
    (each) => each.projectId === label.projectId && each.state === "opened" && each.labels.includes(label.name),
  );
  return {
    id: label.id,
    name: label.name,
    description: label.description,
    description_html: label.description ?? "",
    text_color: "#FFFFFF",
    color: label.color,
    archived: false,
    subscribed: false,
    priority: null,
    is_project_label: true,
    open_issues_count: 0,
    closed_issues_count: 0,
    open_merge_requests_count: used.length,
  };
}
