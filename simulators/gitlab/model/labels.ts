import { nextId, type State } from "./server-state.js";
import type { Label, Project } from "./types/projects.js";

/** Colour of labels that are created by using them. */
export const defaultColor = "#6699cc";

/** Names of colours. @see https://www.w3.org/TR/css-color-4/#named-colors */
const colorNames = new Set(
  (
    "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood " +
    "cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod " +
    "darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon " +
    "darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray " +
    "dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green " +
    "greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon " +
    "lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon " +
    "lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen " +
    "magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue " +
    "mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy " +
    "oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip " +
    "peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown " +
    "seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal " +
    "thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen"
  ).split(" "),
);

/** Whether a text is a colour as labels take it. */
export function isColor(text: string): boolean {
  return /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text) || colorNames.has(text.toLowerCase());
}

/** A project's labels by name. */
export function labelsOf(state: State, project: Project): Label[] {
  return state.labels
    .filter(({ projectId }) => projectId === project.id)
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

/** A project's label of this name; names are case-sensitive, as in GitLab. */
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
 * Labels as a merge request stores them: trimmed, unique, sorted by name. Missing labels are created in the project, as
 * GitLab does.
 */
export function settleLabels(state: State, project: Project, wanted: readonly string[]): string[] {
  const names = [...new Set(wanted.map((name) => name.trim()).filter((name) => name !== ""))].sort((a, b) =>
    a.toLowerCase() < b.toLowerCase() ? -1 : 1,
  );
  for (const name of names) if (!labelNamed(state, project, name)) addLabel(state, project, name);
  return names;
}
