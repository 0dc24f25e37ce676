import type { Told } from "../../protocol/messages";

/** What the server says about one link to an instrument. */
export interface LinkState {
  readonly id: number;
  readonly kind: string;
  readonly address: string;
  readonly on: boolean;
  /** Whether the command line named it: then it can only be switched. */
  readonly fixed: boolean;
  /** Whether something goes out, so that it can be tested. */
  readonly sends: boolean;
  readonly testing: boolean;
  /** Why it could not be opened; null if it could, or is off. */
  readonly failed: Told | null;
  readonly received: number;
  readonly sent: number;
  readonly refused: number;
  /** The newest message that was accepted, and why the newest that was not accepted was not. */
  readonly newest: Told | null;
  readonly refusal: Told | null;
}
