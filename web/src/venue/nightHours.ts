/** When the venue is dark, in minutes since midnight of the venue's own clock. */
export interface NightHours {
  readonly from: number;
  readonly to: number;
}
