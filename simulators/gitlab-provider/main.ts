import { serve } from "@timonier/provider-host/serve";
import { gitlabPlugin } from "./gitlab-plugin.js";

serve(gitlabPlugin());
