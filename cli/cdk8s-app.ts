import { main } from "./cdk8s-synth.js";

// Entry point in cdk8s.yaml; the code is in functions that tests can call.
await main();
