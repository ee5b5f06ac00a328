/** What was noticed about a field, as the line under it: whether it must be changed is said in words, not only in colour. */
import type { Note } from "../../components/FieldBox.vue";
import type { Problem } from "../../ipc/bindings/Problem";
import { codes } from "../../text/codes";
import { zh } from "../../text/zh";

export function noteOf({ code, severity }: Problem): Note {
  const { sentence, remedy } = codes[code];
  return { severity, text: zh.visit.severities[severity] + sentence + remedy };
}
