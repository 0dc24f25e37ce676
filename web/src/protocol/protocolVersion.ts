/** Version of the wire protocol that this page speaks; `server/wire/PROTOCOL.md` describes it. */
export const protocolVersion = 2;
