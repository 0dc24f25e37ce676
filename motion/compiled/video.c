/* Pictures as encoders of video take them. */

#include <stddef.h>
#include <stdint.h>

/* The mean of a pixel and its neighbours to the right, below and across. */
static inline int mean_of(const uint8_t* pixel, ptrdiff_t size) {
  return (pixel[0] + pixel[1] + pixel[size] + pixel[size + 1] + 2) >> 2;
}

/* See `motion.draw.render.to_yuv420`. Weights are 256ths. */
void to_yuv420(ptrdiff_t size, const uint8_t* planes, uint8_t* restrict yuv) {
  ptrdiff_t pixels = size * size, half = size / 2;
  const uint8_t *red = planes, *green = planes + pixels, *blue = planes + 2 * pixels;
  for (ptrdiff_t i = 0; i < pixels; i++)
    yuv[i] = (uint8_t)(((66 * red[i] + 129 * green[i] + 25 * blue[i] + 128) >> 8) + 16);
  uint8_t* restrict u = yuv + pixels, * restrict v = u + half * half;
  for (ptrdiff_t row = 0; row < half; row++, u += half, v += half)
    for (ptrdiff_t i = 0; i < half; i++) {
      ptrdiff_t at = 2 * (row * size + i);
      int r = mean_of(red + at, size), g = mean_of(green + at, size), b = mean_of(blue + at, size);
      u[i] = (uint8_t)(((112 * b - 38 * r - 74 * g + 128) >> 8) + 128);
      v[i] = (uint8_t)(((112 * r - 94 * g - 18 * b + 128) >> 8) + 128);
    }
}
