import { serve } from "../../../../packages/provider-host/serve.js";
import { officialPlugin } from "./plugin.js";

serve(officialPlugin());
