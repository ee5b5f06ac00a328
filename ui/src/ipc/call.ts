/**
 * The one door from the window to the shell: every command with its arguments and answer, and the events.
 * No other file imports the Tauri API. A rejected call is always a `Failure`; what is not one becomes `internal`.
 */
import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Advice } from "./bindings/Advice";
import type { Attachment } from "./bindings/Attachment";
import type { BackupState } from "./bindings/BackupState";
import type { ClerkView } from "./bindings/ClerkView";
import type { ClockState } from "./bindings/ClockState";
import type { ClosingDay } from "./bindings/ClosingDay";
import type { CreateDesk } from "./bindings/CreateDesk";
import type { Created } from "./bindings/Created";
import type { DayClosing } from "./bindings/DayClosing";
import type { Delivery } from "./bindings/Delivery";
import type { DeskState } from "./bindings/DeskState";
import type { Discard } from "./bindings/Discard";
import type { DistrictActs } from "./bindings/DistrictActs";
import type { DraftLine } from "./bindings/DraftLine";
import type { DraftText } from "./bindings/DraftText";
import type { EarlierMatter } from "./bindings/EarlierMatter";
import type { EarlierQuery } from "./bindings/EarlierQuery";
import type { EarlierTold } from "./bindings/EarlierTold";
import type { Erasure } from "./bindings/Erasure";
import type { ExchangeResult } from "./bindings/ExchangeResult";
import type { Exported } from "./bindings/Exported";
import type { Facts } from "./bindings/Facts";
import type { Failure } from "./bindings/Failure";
import type { Filed } from "./bindings/Filed";
import type { Filling } from "./bindings/Filling";
import type { Found } from "./bindings/Found";
import type { Identity } from "./bindings/Identity";
import type { Matter } from "./bindings/Matter";
import type { MatterPapers } from "./bindings/MatterPapers";
import type { MatterVersion } from "./bindings/MatterVersion";
import type { MatterSteps } from "./bindings/MatterSteps";
import type { OfficeSettings } from "./bindings/OfficeSettings";
import type { Opened } from "./bindings/Opened";
import type { Outlook } from "./bindings/Outlook";
import type { OwedList } from "./bindings/OwedList";
import type { Paper } from "./bindings/Paper";
import type { PaperIssued } from "./bindings/PaperIssued";
import type { PaperPictures } from "./bindings/PaperPictures";
import type { PrinterSettings } from "./bindings/PrinterSettings";
import type { PrintQueue } from "./bindings/PrintQueue";
import type { Problem } from "./bindings/Problem";
import type { Progress } from "./bindings/Progress";
import type { Recovery } from "./bindings/Recovery";
import type { Registered } from "./bindings/Registered";
import type { Role } from "./bindings/Role";
import type { SearchQuery } from "./bindings/SearchQuery";
import type { SearchResult } from "./bindings/SearchResult";
import type { SharedMatter } from "./bindings/SharedMatter";
import type { Sheet } from "./bindings/Sheet";
import type { SlipView } from "./bindings/SlipView";
import type { StepKind } from "./bindings/StepKind";
import type { StepTaken } from "./bindings/StepTaken";
import type { StickWritten } from "./bindings/StickWritten";
import type { TableId } from "./bindings/TableId";
import type { Today } from "./bindings/Today";
import type { Visit } from "./bindings/Visit";

/** What a rejected command is, whatever the shell or the bridge itself rejected with. */
export function asFailure(reason: unknown): Failure {
  if (typeof reason === "object" && reason !== null && "code" in reason && typeof reason.code === "string") {
    const given = reason as Partial<Failure> & Pick<Failure, "code">;
    return { code: given.code, params: given.params ?? {}, field: given.field ?? null, ref: given.ref ?? "" };
  }
  // The bridge rejects with plain text when it cannot read a request. The text is for the log, not for the clerk.
  console.error("command rejected", reason);
  return { code: "internal", params: {}, field: null, ref: "" };
}

async function call<T>(command: string, args?: Record<string, unknown> | Uint8Array, headers?: Record<string, string>): Promise<T> {
  try {
    return await (headers ? invoke<T>(command, args, { headers }) : invoke<T>(command, args));
  } catch (reason) {
    throw asFailure(reason);
  }
}

/** Tells whenever the clerk wants to close the window; it stays until `closeWindow`. */
export const onCloseAsked = (asked: () => void) => on("close_asked", asked);

/** Tells whenever the print queue, or a printer, is not as it was. */
export const onPrintsChanged = (changed: () => void) => on("prints_changed", changed);

/** Tells whenever the desk has exchanged by itself, or tried to. */
export const onLineChanged = (changed: () => void) => on("line_changed", changed);

async function on(event: string, told: () => void) {
  try {
    await listen(event, told);
  } catch (reason) {
    console.error(event, reason);
  }
}

function telling(report: (progress: Progress) => void): Channel<Progress> {
  const progress = new Channel<Progress>();
  progress.onmessage = report;
  return progress;
}

export const ipc = {
  deskState: () => call<DeskState>("desk_state"),
  createDesk: (form: CreateDesk) => call<Created>("create_desk", { form }),
  signIn: (clerk: number, password: string) => call<DeskState>("sign_in", { clerk, password }),
  lock: () => call<DeskState>("lock"),
  signOut: () => call<DeskState>("sign_out"),
  enrol: (address: string, code: string) => call<DeskState>("enrol", { address, code }),
  setPrinter: (address: string | null) => call<DeskState>("set_printer", { address }),
  setPdfFolder: (folder: string) => call<DeskState>("set_pdf_folder", { folder }),
  office: () => call<OfficeSettings>("office"),
  setOffice: (office: OfficeSettings) => call<DeskState>("set_office", { office }),
  advise: (visit: Visit) => call<Advice | null>("advise", { visit }),
  findCode: (table: TableId, typed: string) => call<Found[]>("find_code", { table, typed }),
  filed: (table: TableId, filed: Filed) => call<string | null>("filed", { table, filed }),
  idFacts: (paper: Identity) => call<Facts | null>("id_facts", { paper }),
  noteAdvice: (line: string) => call<null>("note_advice", { line }),
  noteProgress: (number: string) => call<null>("note_progress", { number }),
  checkVisit: (visit: Visit) => call<Problem[]>("check_visit", { visit }),
  register: (visit: Visit, draft: string | null) => call<Registered>("register", { visit, draft }),
  today: () => call<Today>("today"),
  matter: (number: string) => call<Matter>("matter", { number }),
  versions: (number: string) => call<MatterVersion[]>("versions", { number }),
  seenTwins: (number: string) => call<Matter>("seen_twins", { number }),
  districtActs: (number: string) => call<DistrictActs>("district_acts", { number }),
  seenActs: (number: string) => call<DistrictActs>("seen_acts", { number }),
  correct: (number: string, visit: Visit, draft: string | null) => call<Registered>("correct", { number, visit, draft }),
  voidMatter: (number: string, reason: string) => call<Today>("void_matter", { number, reason }),
  search: (query: SearchQuery) => call<SearchResult>("search", { query }),
  lookUpEarlier: (query: EarlierQuery) => call<EarlierMatter[]>("look_up_earlier", { query }),
  earlierTold: (query: EarlierQuery, number: string) => call<EarlierTold>("earlier_told", { query, number }),
  drafts: () => call<DraftLine[]>("drafts"),
  saveDraft: (id: string | null, text: DraftText) => call<string>("save_draft", { id, text }),
  openDraft: (id: string) => call<DraftText>("open_draft", { id }),
  discardDraft: (id: string) => call<null>("discard_draft", { id }),
  attachments: (number: string) => call<Attachment[]>("attachments", { number }),
  // The bytes cross as they are; a header holds only ASCII.
  attach: (number: string, name: string, bytes: Uint8Array) =>
    call<Attachment[]>("attach", bytes, { "x-number": number, "x-name": encodeURIComponent(name) }),
  detach: (number: string, blob: string, reason: string) => call<Attachment[]>("detach", { number, blob, reason }),
  attachmentPage: (number: string, blob: string, page: number) => call<ArrayBuffer>("attachment_page", { number, blob, page }),
  exportMatter: (number: string, folder: string) => call<Exported>("export_matter", { number, folder }),
  exportPeriod: (from: string, to: string, folder: string, reason: string | null) =>
    call<Exported>("export_period", { from, to, folder, reason }),
  papersFor: (number: string) => call<MatterPapers>("papers_for", { number }),
  previewPaper: (number: string, paper: Paper, filling: Filling) => call<string[]>("preview_paper", { number, paper, filling }),
  issuePaper: (number: string, paper: Paper, filling: Filling) => call<PaperIssued>("issue_paper", { number, paper, filling }),
  issueServiceRecord: (number: string, documents: string[]) => call<PaperIssued>("issue_service_record", { number, documents }),
  reprintPaper: (number: string, document: string) => call<PaperIssued>("reprint_paper", { number, document }),
  showPaper: (number: string, document: string) => call<SlipView>("show_paper", { number, document }),
  savePaper: (number: string, document: string) => call<SlipView>("save_paper", { number, document }),
  voidPaper: (number: string, document: string, reason: string) => call<MatterPapers>("void_paper", { number, document, reason }),
  deliverPapers: (number: string, documents: string[], delivery: Delivery) =>
    call<MatterPapers>("deliver_papers", { number, documents, delivery }),
  deliverFor: (number: string, documents: string[], delivery: Delivery) =>
    call<SharedMatter>("deliver_for", { number, documents, delivery }),
  stepsOf: (number: string) => call<MatterSteps>("steps_of", { number }),
  takeStep: (number: string, kind: StepKind, step: StepTaken) => call<MatterSteps>("take_step", { number, kind, step }),
  withdrawStep: (number: string, step: string, reason: string) => call<MatterSteps>("withdraw_step", { number, step, reason }),
  owed: () => call<OwedList>("owed"),
  slip: (number: string) => call<SlipView>("slip", { number }),
  printForm: (number: string) => call<SlipView>("print_form", { number }),
  previewSlip: (number: string) => call<SlipView>("preview_slip", { number }),
  saveSlip: (number: string) => call<SlipView>("save_slip", { number }),
  openSlip: (number: string) => call<SlipView>("open_slip", { number }),
  printQueue: () => call<PrintQueue>("print_queue"),
  retryPrint: (id: number) => call<PrintQueue>("retry_print", { id }),
  redirectPrint: (id: number, address: string) => call<PrintQueue>("redirect_print", { id, address }),
  giveUpPrint: (id: number) => call<PrintQueue>("give_up_print", { id }),
  answerPrint: (id: number, cameOut: boolean) => call<PrintQueue>("answer_print", { id, cameOut }),
  savePrint: (id: number) => call<PaperPictures>("save_print", { id }),
  openPrint: (id: number) => call<PaperPictures>("open_print", { id }),
  showPrint: (id: number) => call<PaperPictures>("show_print", { id }),
  printTestPage: (sheet: Sheet) => call<PrintQueue>("print_test_page", { sheet }),
  printers: () => call<PrinterSettings>("printers"),
  setSheetPrinter: (sheet: Sheet, address: string, media: string) =>
    call<PrinterSettings>("set_sheet_printer", { sheet, address, media }),
  setSlipSheet: (sheet: Sheet) => call<PrinterSettings>("set_slip_sheet", { sheet }),
  printDay: () => call<SlipView>("print_day"),
  closingDay: (day: string | null) => call<ClosingDay>("closing_day", { day }),
  closeDay: (day: string, discards: Discard[], report: (progress: Progress) => void) =>
    call<DayClosing>("close_day", { day, discards, progress: telling(report) }),
  showDay: (day: string) => call<SlipView>("show_day", { day }),
  reprintDay: (day: string) => call<SlipView>("reprint_day", { day }),
  outlook: () => call<Outlook>("outlook"),
  exportPages: (folder: string) => call<StickWritten>("export_pages", { folder }),
  takeAnswer: (place: string) => call<ExchangeResult>("take_answer", { place }),
  exchange: (files: boolean, report: (progress: Progress) => void) =>
    call<ExchangeResult>("exchange", { files, progress: telling(report) }),
  setLine: (byItself: boolean, metered: boolean) => call<DeskState>("set_line", { byItself, metered }),
  backupState: () => call<BackupState>("backup_state"),
  backUpNow: () => call<BackupState>("back_up_now"),
  setBackupFolder: (folder: string) => call<BackupState>("set_backup_folder", { folder }),
  seenRepaired: () => call<DeskState>("seen_repaired"),
  seenKeyringBack: () => call<DeskState>("seen_keyring_back"),
  clerks: () => call<ClerkView[]>("clerks"),
  addClerk: (name: string, role: Role, password: string) => call<ClerkView[]>("add_clerk", { name, role, password }),
  setClerkPassword: (clerk: number, password: string) => call<ClerkView[]>("set_clerk_password", { clerk, password }),
  setSealedReader: (clerk: number, reader: boolean) => call<ClerkView[]>("set_sealed_reader", { clerk, reader }),
  disableClerk: (clerk: number) => call<ClerkView[]>("disable_clerk", { clerk }),
  changePassword: (old: string, fresh: string) => call<null>("change_password", { old, new: fresh }),
  recover: (form: Recovery) => call<DeskState>("recover", { form }),
  setLockMinutes: (minutes: number) => call<DeskState>("set_lock_minutes", { minutes }),
  openSealed: (number: string) => call<Opened>("open_sealed", { number }),
  sealToReaders: (number: string | null) => call<number>("seal_to_readers", { number }),
  clockState: () => call<ClockState>("clock_state"),
  confirmClock: () => call<ClockState>("confirm_clock"),
  erasable: (before: string) => call<Erasure>("erasable", { before }),
  erase: (before: string, count: number, why: string) => call<Erasure>("erase", { before, count, why }),
  closeWindow: () => call<void>("close_window"),
  stayOpen: () => call<void>("stay_open"),
};
