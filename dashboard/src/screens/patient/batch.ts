import { sessionHeaders } from "../../api/client";
import { problemOf } from "../../api/problems";
import { toLines } from "../../parts/csv";
import { words } from "../../words/words";
import type { Whose } from "./answers";

/** A file of patients, asked and answered as streams: neither is ever parsed at once. */

export const MOST_ROWS = 100_000;

const LEVELS = ["low", "medium", "high"] as const;
type Level = (typeof LEVELS)[number];
export type Counts = Record<Level, number>;

/** The answer ended before its time, or is not what was agreed. */
export class BrokenAnswerError extends Error {}

const [NEWLINE, QUOTE] = [10, 34];

/** Count the rows of a CSV file below its header, as its bytes come: lines that no quotes hold together. */
export class RowCounter {
  private lines = 0;
  private isQuoted = false;
  private hasMore = false;

  take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === QUOTE) this.isQuoted = !this.isQuoted;
      if (byte === NEWLINE && !this.isQuoted) {
        this.lines += 1;
        this.hasMore = false;
      } else this.hasMore = true;
    }
  }

  get rows(): number {
    return Math.max(0, this.lines + (this.hasMore ? 1 : 0) - 1);
  }
}

const LEVELS_BEGIN = "risk_level";
/** The whole head of the answers to a binary outcome; a row that is not answered has a reason, and nothing before it. */
const BINARY = "probability,risk_level,abstained";

/** Take a line of CSV apart. */
function cellsIn(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const cells = `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain);
}

/** Tell whether a line ends within quotes, so that it goes on behind the line break. */
function isOpen(line: string): boolean {
  return line.includes('"') && line.split('"').length % 2 === 0;
}

function isLevel(text: string | undefined): text is Level {
  return LEVELS.includes(text as Level);
}

/** Tell whether a row of a binary outcome has a reason in place of an answer. */
function isSilent([probability, level, reason]: readonly string[]): boolean {
  return probability === "" && level === "" && reason !== "";
}

/** Take a CSV answer as its text comes: counts its levels, and writes each row anew behind its number. */
export class AnswerReader {
  readonly counts: Counts = { low: 0, medium: 0, high: 0 };
  /** Rows that are not answered; null: it is no outcome of which that is said. */
  abstained: number | null = null;
  rows = 0;
  private head: string[] | null = null;
  private rest = "";
  private readonly pieces: string[] = [];

  take(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    const rows: (string | number)[][] = [];
    let begun = "";
    for (const piece of lines) {
      const line = begun + piece;
      begun = isOpen(line) ? `${line}\n` : "";
      if (begun !== "") continue;
      const cells = cellsIn(line.replace(/\r$/, ""));
      if (this.head === null) this.head = this.headIn(cells);
      else rows.push(this.rowIn(cells, this.head));
    }
    this.rest = begun + this.rest;
    if (rows.length > 0) this.pieces.push(toLines(rows));
  }

  private headIn(cells: string[]): string[] {
    if (cells.join(",") === BINARY) this.abstained = 0;
    else if (cells[0] !== LEVELS_BEGIN) throw new BrokenAnswerError(words.patient.batch.cut);
    this.pieces.push(toLines([[words.patient.batch.row, ...cells]]));
    return cells;
  }

  private rowIn(cells: string[], head: readonly string[]): (string | number)[] {
    if (cells.length !== head.length) throw new BrokenAnswerError(words.patient.batch.cut);
    if (this.abstained !== null && isSilent(cells)) this.abstained += 1;
    else {
      const level = cells[this.abstained === null ? 0 : 1];
      if (!isLevel(level) || cells[0] === "") throw new BrokenAnswerError(words.patient.batch.cut);
      this.counts[level] += 1;
    }
    this.rows += 1;
    return [this.rows, ...cells];
  }

  /** Give the whole as CSV; the answer must have come to its end. */
  end(): string {
    if (this.head === null || this.rest !== "") throw new BrokenAnswerError(words.patient.batch.cut);
    return this.pieces.join("");
  }
}

/** Say which model gave a table of answers. */
export function modelIn(headers: Headers): BatchAnswer["model"] {
  const [version, sha256] = [headers.get("Model-Version"), headers.get("Model-SHA256")];
  return version === null || sha256 === null ? null : { version, sha256 };
}

async function readAll(stream: ReadableStream<Uint8Array>, take: (bytes: Uint8Array) => void): Promise<void> {
  const reader = stream.getReader();
  for (let got = await reader.read(); !got.done; got = await reader.read()) take(got.value);
}

export interface BatchQuestion {
  task: string;
  whose: Whose;
  file: Blob;
  signal: AbortSignal;
  onProgress: (answered: number, all: number) => void;
}

export interface BatchAnswer {
  csv: string;
  rows: number;
  counts: Counts;
  /** How many were not answered; null: it is no outcome of which that is said. */
  abstained: number | null;
  /** Which version answered, and the SHA-256 of its weights; null: a director of before does not say. */
  model: { version: string; sha256: string } | null;
  /** To quote when the admin is asked. */
  requestId: string | null;
}

/**
 * Ask about each row of a CSV file.
 *
 * @throws ProblemError The director refused; it names the row and the column.
 * @throws BrokenAnswerError The answer broke off.
 * @throws TypeError The director could not be reached.
 */
export async function askBatch({ task, whose, file, signal, onProgress }: BatchQuestion): Promise<BatchAnswer> {
  const counter = new RowCounter();
  await readAll(file.stream(), (bytes) => counter.take(bytes));
  signal.throwIfAborted();
  const query = new URLSearchParams({ task, ...(whose === null ? {} : { envoy_name: whose }) });
  const response = await fetch(`${whose === null ? "/infer_global/batch" : "/infer/batch"}?${query}`, {
    method: "POST",
    headers: { ...sessionHeaders("POST"), "Content-Type": "text/csv" },
    body: file,
    credentials: "same-origin",
    signal,
  });
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => null));
  if (response.body === null) throw new BrokenAnswerError(words.patient.batch.cut);
  const answer = new AnswerReader();
  const decoder = new TextDecoder();
  await readAll(response.body, (bytes) => {
    answer.take(decoder.decode(bytes, { stream: true }));
    onProgress(answer.rows, Math.max(counter.rows, answer.rows));
  });
  return {
    csv: answer.end(),
    rows: answer.rows,
    counts: answer.counts,
    abstained: answer.abstained,
    model: modelIn(response.headers),
    requestId: response.headers.get("X-Request-ID"),
  };
}
