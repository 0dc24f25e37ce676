/** A place on the screen, in shares of its width and height from the top left. */
export type PictureCorner = readonly [x: number, y: number];

/** Where the corners of a picture lie, clockwise from the top left. */
export type PictureCorners = readonly [PictureCorner, PictureCorner, PictureCorner, PictureCorner];
