/** What is said of a print and of its printer: the state first, then what a person does about it. */
import type { PrinterView } from "../../ipc/bindings/PrinterView";
import type { PrintRow } from "../../ipc/bindings/PrintRow";
import { codes } from "../../text/codes";
import { rules } from "../../text/rules";
import { zh } from "../../text/zh";

const words = zh.prints;

/** `回执 补打第2份`. */
export function paperName({ paper, copy, copies }: PrintRow): string {
  const name = paper ? rules.papers[paper].label : words.test;
  return [name, copy > 1 ? words.copy(copy) : "", copies > 1 ? words.copies(copies) : ""].filter(Boolean).join(" ");
}

/** What keeps a printer from printing; empty where nothing does. With `late`, what it only warns of counts as well. */
export function printerTrouble(printer: PrinterView | undefined, taken = false, late = false): string {
  if (!printer) return "";
  const need = [...printer.needs, ...(late ? printer.warnings : [])].find((one) => one !== "ink_low");
  if (need) return zh.printers.needs[need];
  switch (printer.condition) {
    case "unreachable":
      return taken ? words.unreachableSent : words.unreachable;
    case "no_printer":
      return words.noSuchPrinter;
    case "refusing":
      return words.refusing;
    default:
      return "";
  }
}

/** What stands beside the state of a print. */
export function sentence(row: PrintRow, printer: PrinterView | undefined): string {
  switch (row.state) {
    case "failed":
      return row.code ? codes[row.code].sentence : "";
    case "in_doubt":
      return row.asks ? words.doubt : words.doubtAsking;
    case "waiting":
      if (row.code) return codes[row.code].sentence;
      return row.printer ? printerTrouble(printer) || words.going.waiting : words.noPrinter;
    case "sending":
      return words.going.sending;
    case "sent":
      return printerTrouble(printer, true, row.asks) || words.going.sent;
    default:
      return words.ended[row.state];
  }
}

/** What a printer is called, or where it is. */
export const printerName = (printer: PrinterView | undefined, address: string) => printer?.name || address;
