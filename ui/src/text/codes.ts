/** The sentence and remedy of every code, from the same table the desk's other programs read. */
import table from "../../../assets/text/codes.zh.json";
import type { Code } from "../ipc/bindings/Code";

export type Sentence = { sentence: string; remedy: string };

// A code without a sentence fails the type check here.
export const codes: Record<Code, Sentence> = table;
