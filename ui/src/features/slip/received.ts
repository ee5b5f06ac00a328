/** When a matter that was entered later (补录) really reached the desk. */

/** `2026-11-20 16:40`, or `null` where it was registered in that very minute. */
export function receivedApart(received: string | null, registered: string): string | null {
  const moment = received?.slice(0, 16).replace("T", " ") ?? registered;
  return moment === registered ? null : moment;
}
