import { readCases } from "./cases.js";
import { testCorpus } from "./test-corpus.js";

// A part of the corpus for every `npm test`: each verdict and each kind of outcome.
testCorpus(readCases(["core"]));
