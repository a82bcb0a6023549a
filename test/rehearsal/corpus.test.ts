import { readCases } from "./cases.js";
import { testCorpus } from "./test-corpus.js";

/** `CORPUS=all` for every case, `CORPUS=cycle,helm-schema` for some by name. @default every case that is not extra */
testCorpus(readCases(process.env.CORPUS?.split(",") ?? []));
