import { nextId, type State } from "./state.js";
import type { Label, Project } from "./types.js";

/** Colour of labels that were made by using them. */
export const defaultColor = "#6699cc";

/** Whether a text is a colour as labels take it. */
export function isColor(text: string): boolean {
  return /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text) || /^[a-z]{3,20}$/i.test(text);
}

/** A project's labels by name. */
export function labelsOf(state: State, project: Project): Label[] {
  return state.labels
    .filter(({ projectId }) => projectId === project.id)
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

/** A project's label of this name; GitLab minds upper and lower case. */
export function labelNamed(state: State, project: Project, name: string): Label | undefined {
  return state.labels.find((label) => label.projectId === project.id && label.name === name);
}

/** Adds a label. */
export function addLabel(state: State, project: Project, name: string): Label {
  const label = { id: nextId(state, "label"), projectId: project.id, name, color: defaultColor, description: null };
  state.labels.push(label);
  return label;
}

/**
 * Labels as a merge request keeps them: trimmed, each once, by name. Those that the project lacks are made by using them, as
 * GitLab does it.
 */
export function settleLabels(state: State, project: Project, wanted: readonly string[]): string[] {
  const names = [...new Set(wanted.map((name) => name.trim()).filter((name) => name !== ""))].sort((a, b) =>
    a.toLowerCase() < b.toLowerCase() ? -1 : 1,
  );
  for (const name of names) if (!labelNamed(state, project, name)) addLabel(state, project, name);
  return names;
}
