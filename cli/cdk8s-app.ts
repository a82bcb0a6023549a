import { main } from "./cdk8s-synth.js";

// Entry of cdk8s.yaml; everything else is in functions that tests can call.
await main();
