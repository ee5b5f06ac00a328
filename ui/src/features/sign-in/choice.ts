/** Whom the sign-in page begins with. */
import type { Clerk } from "../../ipc/bindings/Clerk";

/** The one who was here last, or else the first who registers: the administrator signs in a few times a year. */
export function firstChoice(clerks: Clerk[], last: number | null): number {
  const chosen = clerks.find((one) => one.id === last) ?? clerks.find((one) => one.role === "clerk") ?? clerks[0];
  return chosen?.id ?? 0;
}
