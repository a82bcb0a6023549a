import { serve } from "@timonier/provider-host/serve";
import { gitlabPlugin } from "./plugin.js";

serve(gitlabPlugin());
