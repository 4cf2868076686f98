/** A text is no STIX pattern. Thrown by `parseTree`; `parsePattern` turns it into a result. The message says what was expected. */
export class PatternError extends Error {
  override readonly name = "PatternError";
  /** Where the pattern stops being one: 0-based, in UTF-16 code units as in any JavaScript string. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}
