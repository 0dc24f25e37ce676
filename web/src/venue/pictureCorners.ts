/** A place on the screen, in shares of its width and height from the top left. */
export type Corner = readonly [x: number, y: number];

/** Where the corners of a picture lie, clockwise from the top left. */
export type Corners = readonly [Corner, Corner, Corner, Corner];
