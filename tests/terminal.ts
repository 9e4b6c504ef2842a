/**
 * A terminal, as far as consoles use one: what a person would see of the bytes a node writes.
 *
 * @module
 */

/** One control sequence, one control character, or text. */
// deno-lint-ignore no-control-regex
const TOKEN = /\x1b\[([0-9;?=]*)([@-~])|\x1b([78@-Z\\^_=>c])|([\r\n\b\t])|([^\x00-\x1f\x1b]+)|[\x00-\x1f]/g;

/** A terminal of so many lines and columns. */
export class Terminal {
  #rows: string[];
  #row = 0;
  #column = 0;
  #saved = { row: 0, column: 0 };
  #top = 0;
  #bottom: number;
  #pending = "";
  readonly #columns: number;

  /**
   * @param height Its lines
   * @param columns Its columns
   */
  constructor(height = 25, columns = 80) {
    this.#rows = Array.from({ length: height }, () => "");
    this.#bottom = height - 1;
    this.#columns = columns;
  }

  /** The lines it shows, without the blanks at their ends. */
  get lines(): string[] {
    return this.#rows.map((row) => row.trimEnd());
  }

  /** The line of the cursor, from 0. */
  get row(): number {
    return this.#row;
  }

  /**
   * Takes what is written to it.
   *
   * @param text The next piece; one that ends in a control sequence may be cut in it
   */
  feed(text: string): void {
    const all = this.#pending + text;
    // deno-lint-ignore no-control-regex
    const cut = /\x1b(\[[0-9;?=]*)?$/.exec(all)?.index ?? all.length;
    this.#pending = all.slice(cut);
    for (const [, words, order, escape, control, plain] of all.slice(0, cut).matchAll(TOKEN)) {
      if (order !== undefined) this.#obey(order, (words ?? "").split(";").map(Number));
      else if (escape === "7") this.#saved = { row: this.#row, column: this.#column };
      else if (escape === "8") [this.#row, this.#column] = [this.#saved.row, this.#saved.column];
      else if (control !== undefined) this.#move(control);
      else if (plain !== undefined) this.#print(plain);
    }
  }

  /** ECMA-48 8.3, as far as it is needed. */
  #obey(order: string, [first = 0, second = 0]: number[]): void {
    const last = this.#rows.length - 1;
    const row = this.#rows[this.#row]!;
    if (order === "A") this.#row = Math.max(0, this.#row - (first || 1));
    if (order === "B") this.#row = Math.min(last, this.#row + (first || 1));
    if (order === "H") [this.#row, this.#column] = [Math.min(last, (first || 1) - 1), (second || 1) - 1];
    if (order === "K" && first === 0) this.#rows[this.#row] = row.slice(0, this.#column);
    if (order === "J" && first === 2) this.#rows.fill("");
    if (order === "L" && this.#row >= this.#top && this.#row <= this.#bottom) {
      for (let count = first || 1; count > 0; count--) {
        this.#rows.splice(this.#bottom, 1);
        this.#rows.splice(this.#row, 0, "");
      }
    }
    if (order === "r") {
      [this.#top, this.#bottom] = [(first || 1) - 1, second ? second - 1 : last];
      [this.#row, this.#column] = [0, 0];
    }
  }

  /** The control characters that move the cursor. */
  #move(control: string): void {
    if (control === "\r") this.#column = 0;
    if (control === "\b") this.#column = Math.max(0, this.#column - 1);
    if (control === "\t") this.#column += 8 - this.#column % 8;
    if (control === "\n") this.#feedLine();
  }

  /** Goes down a line; at the end of what scrolls, that scrolls. */
  #feedLine(): void {
    if (this.#row !== this.#bottom) return void (this.#row = Math.min(this.#rows.length - 1, this.#row + 1));
    this.#rows.splice(this.#top, 1);
    this.#rows.splice(this.#bottom, 0, "");
  }

  /** Prints text, in as many lines as it takes. */
  #print(text: string): void {
    for (let rest = text; rest !== "";) {
      if (this.#column >= this.#columns) {
        this.#column = 0;
        this.#feedLine();
      }
      const part = rest.slice(0, this.#columns - this.#column);
      const row = this.#rows[this.#row]!.padEnd(this.#column);
      this.#rows[this.#row] = row.slice(0, this.#column) + part + row.slice(this.#column + part.length);
      this.#column += part.length;
      rest = rest.slice(part.length);
    }
  }
}
