/** Names of clocks and doors by their stable words. Their limits are not read here: regions set stricter ones. */
import clocks from "../../../assets/clocks.json";
import doorTable from "../../../assets/doors.json";

const clockLabels = new Map(clocks.clocks.map((clock) => [clock.code, clock.label]));
const doorNames = new Map(doorTable.doors.map((door) => [door.id, door.name]));

/** What a clock's code stands for; the code itself where a newer desk knows more of them. */
export const clockLabel = (code: string): string => clockLabels.get(code) ?? code;

/** Every door as a list to choose from, the advised ones first. */
export function doorChoices(advised: string[]): { value: string; text: string }[] {
  const first = (id: string) => (advised.includes(id) ? 0 : 1);
  return doorTable.doors.map((door) => ({ value: door.id, text: door.name })).sort((a, b) => first(a.value) - first(b.value));
}

/** Whom to go to there; empty for no door. */
export const doorBody = (id: string): string => doorTable.doors.find((door) => door.id === id)?.body ?? "";

export const doorName = (id: string): string => doorNames.get(id) ?? id;
