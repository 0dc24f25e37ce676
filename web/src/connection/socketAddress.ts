/** Where the server of this page listens for sockets. */
export function socketAddress(): string {
  const address = new URL("ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}
