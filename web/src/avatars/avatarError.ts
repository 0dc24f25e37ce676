/** Why an avatar cannot come on stage; the message is a sentence for whoever brought it. */
export class AvatarError extends Error {
  override readonly name = "AvatarError";
}
