/** Of the wire protocol this page speaks; `server/PROTOCOL.md` describes it. */
export const protocolVersion = 2;
