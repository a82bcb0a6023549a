import { serve } from "../../sdks/provider-host/serve.js";
import { gitlabPlugin } from "./plugin.js";

serve(gitlabPlugin());
