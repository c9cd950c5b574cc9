/** A field whose content cannot be sent as it stands. */
export class BadField extends Error {
  constructor(readonly field: string, message: string) {
    super(message);
  }
}
