/** Of the wire protocol this page speaks; `server/wire/PROTOCOL.md` describes it. */
export const protocolVersion = 2;
