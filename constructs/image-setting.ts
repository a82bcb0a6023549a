import { imageName } from "@timonier/kit/image-reference";
import { satisfies, valid, validRange } from "semver";
import { z } from "zod";
import { AutomatedImage } from "./automated-image.js";

const imageNamePattern = new RegExp(imageName);

const repository = "an image without a tag, such as registry.example.org/team/shop";
const policy = 'a range of versions such as ">=1.14.0 <1.15.0" or "1.x"';
const initial = "the version to begin with, such as 1.14.2, until Git has one: the newest one is not known here";

const fields = {
  repository: z.string({ error: repository }).regex(imageNamePattern, { error: repository }),
  policy: z
    .string({ error: policy })
    .refine((range) => range.trim() !== "" && validRange(range) !== null, { error: policy }),
  initial: z.string({ error: initial }).refine((version) => valid(version) !== null, { error: initial }),
  secretName: z.string({ error: "the name of a Secret" }).min(1, { error: "the name of a Secret" }).optional(),
  insecure: z.boolean({ error: "true or false" }).optional(),
};

const known = Object.keys(fields).join(", ");

/** The setting of an image whose tag Flux selects. */
const automatedImage = z.strictObject(fields).transform((props, context) => {
  // A pre-release satisfies only a range with one, as in Flux.
  if (satisfies(props.initial, props.policy)) return new AutomatedImage(props);
  const message = `a version that policy ${JSON.stringify(props.policy)} allows`;
  context.addIssue({ code: "custom", path: ["initial"], message });
  return z.NEVER;
});

/** Checks an image that automation owns; the issues are added to those of the setting. */
export function parseAutomatedImage(written: object, context: z.RefinementCtx): AutomatedImage {
  const result = automatedImage.safeParse(written);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    if (issue.code !== "unrecognized_keys") {
      context.addIssue({ code: "custom", path: [...issue.path], message: issue.message });
      continue;
    }
    // A transform has no keys that the caller could read, so the message names them.
    const message = `unknown; known here: ${known}`;
    for (const key of issue.keys) context.addIssue({ code: "custom", path: [key], message, params: { whole: true } });
  }
  return z.NEVER;
}
