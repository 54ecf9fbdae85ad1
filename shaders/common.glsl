// SPDX-License-Identifier: Apache-2.0
// Put in front of every fragment shader. Pixels are counted from the top left of the picture,
// whichever way up the target is.
uniform vec2 target_size;      // pixels
uniform int top_row_first;     // 1: row 0 of the target is the top of the picture
uniform vec4 frame;            // the camera's square: left, top, width, height in pixels
uniform vec3 backdrop_centre;  // sRGB-encoded
uniform vec3 backdrop_edge;

vec2 picture_position() {
  vec2 p = gl_FragCoord.xy;
  return top_row_first == 1 ? p : vec2(p.x, target_size.y - p.y);
}

// Interleaved gradient noise in [0, 1) (Jimenez, "Next generation post processing in Call of
// Duty: Advanced Warfare", SIGGRAPH 2014): even over small neighbourhoods.
float pixel_noise(vec2 p) {
  return fract(52.9829189 * fract(dot(floor(p), vec2(0.06711056, 0.00583715))));
}

// A lamp behind the head: a soft glow above the middle that falls off to the corners.
vec3 backdrop(vec2 p) {
  vec2 q = (p - target_size * vec2(0.5, 0.44)) / max(target_size.x, target_size.y);
  float glow = exp(-5.5 * dot(q, q) - 1.2 * length(q));
  // Half a step of eight bits against banding.
  return mix(backdrop_edge, backdrop_centre, glow) + (pixel_noise(p) - 0.5) / 255.0;
}
