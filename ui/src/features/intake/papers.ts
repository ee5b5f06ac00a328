/** The kinds of identity paper, as a list to choose from. */
import type { IdPaper } from "../../ipc/bindings/IdPaper";
import { zh } from "../../text/zh";

const { papers: words } = zh.visit;

export const papers = (Object.keys(words) as IdPaper[]).map((value) => ({ value, text: words[value] }));
