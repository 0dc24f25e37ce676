/** Why an avatar cannot come on stage; the message is a sentence for whoever brought it. */
export class GuestError extends Error {
  override readonly name = "GuestError";
}
