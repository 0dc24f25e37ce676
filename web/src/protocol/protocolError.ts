/** Something on the wire that does not follow the protocol: "expected X, got Y". */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}
