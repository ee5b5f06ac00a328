import { shell } from "../../app/desk";
import { zh } from "../../text/zh";

/** The name of who is known at this desk; a clerk who has left is still their number. */
export const clerkName = (id: number): string => shell.desk?.clerks.find((one) => one.id === id)?.name ?? zh.matter.clerk(id);
